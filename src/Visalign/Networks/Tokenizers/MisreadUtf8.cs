using System.Buffers;
using System.Text;

namespace Visalign.Networks.Tokenizers;

/// <summary>Mends UTF-8 that was read as Windows-1252: <c>schÃ¶n</c> was <c>schön</c>.</summary>
/// <remarks>
/// A row of characters is mended where its bytes are UTF-8 and it hardly means itself: <c>Â</c> or <c>Ã</c> before a
/// symbol, <c>â</c> before two, <c>ð</c> before three, or any two such sequences in a row. Departure from ftfy, which
/// weighs the whole text and knows more encodings: other mistaken encodings, bytes lost on the way and words of capitals
/// before closing marks (<c>AMANHÃ…</c>) stay as they are.
/// </remarks>
internal static class MisreadUtf8
{
    private const byte FirstLead = 0xC2;

    /// <summary>The text with such rows mended; itself where there are none.</summary>
    internal static string Mend(string text)
    {
        if (text.All(char.IsAscii)) return text;
        var mended = new StringBuilder(text.Length);
        var row = new StringBuilder();
        for (int at = 0; at < text.Length;)
        {
            int end = at, count = 0;
            row.Clear();
            for (; Sequence(text, end) is { Length: > 0 } next; end += next.Length, count++) row.Append(next.Rune.ToString());
            if (count > 1 || (count == 1 && IsTelling(text, at, end - at)))
            {
                mended.Append(row);
                at = end;
            }
            else
            {
                mended.Append(text[at++]);
            }
        }
        return mended.ToString();
    }

    /// <summary>The character whose UTF-8 bytes the text's characters at a place are; of length 0 where they are none.</summary>
    private static (Rune Rune, int Length) Sequence(string text, int at)
    {
        Span<byte> bytes = stackalloc byte[4];
        int count = 0;
        while (count < 4 && at + count < text.Length && WesternBytes.Byte(text[at + count]) is { } value and >= 0x80) bytes[count++] = value;
        return count > 1 && bytes[0] >= FirstLead && Rune.DecodeFromUtf8(bytes[..count], out var rune, out int length) == OperationStatus.Done
            ? (rune, length)
            : default;
    }

    private static bool IsTelling(string text, int at, int length) => text[at] switch
    {
        'Â' or 'Ã' => !(at > 0 && char.IsUpper(text[at - 1]) && text[at + 1] is '…' or '”' or '’' or '»' or '›'),
        'â' => length == 3,
        'ð' => length == 4,
        _ => false,
    };
}
