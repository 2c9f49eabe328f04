using System.Text;
using System.Text.Encodings.Web;

namespace Visalign.Torch.Safetensors;

/// <summary>Escapes what JSON demands and nothing else, as the reference writer does.</summary>
/// <remarks>The stock encoders escape more, and what they escape follows the Unicode version of the runtime.</remarks>
internal sealed unsafe class PlainJsonEncoder : JavaScriptEncoder
{
    /// <summary>The one instance.</summary>
    public static readonly PlainJsonEncoder Instance = new();

    private PlainJsonEncoder() { }

    /// <inheritdoc/>
    public override int MaxOutputCharactersPerInputCharacter => 6;

    /// <inheritdoc/>
    public override bool WillEncode(int unicodeScalar) => unicodeScalar is < 0x20 or '"' or '\\';

    /// <inheritdoc/>
    public override int FindFirstCharacterToEncode(char* text, int textLength)
    {
        // Halves of surrogate pairs are looked at too: the base class replaces a lone one.
        for (int i = 0; i < textLength; i++)
        {
            if (WillEncode(text[i]) || char.IsSurrogate(text[i]))
                return i;
        }
        return -1;
    }

    /// <inheritdoc/>
    public override bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        string escaped = unicodeScalar switch
        {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\b' => "\\b",
            '\t' => "\\t",
            '\n' => "\\n",
            '\f' => "\\f",
            '\r' => "\\r",
            < 0x20 => $"\\u{unicodeScalar:x4}",
            _ => new Rune(unicodeScalar).ToString(),
        };
        bool fits = escaped.AsSpan().TryCopyTo(new(buffer, bufferLength));
        numberOfCharactersWritten = fits ? escaped.Length : 0;
        return fits;
    }
}
