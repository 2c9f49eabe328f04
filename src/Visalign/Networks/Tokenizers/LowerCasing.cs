using System.Globalization;
using System.Text;

namespace Visalign.Networks.Tokenizers;

/// <summary>Lower case by Unicode's full mappings, with and without regard to a letter's neighbors.</summary>
internal static class LowerCasing
{
    private const int CapitalSigma = 'Σ', DottedCapitalI = 'İ';

    /// <summary>Every character by itself: a sigma that ends a word becomes the same as any other.</summary>
    internal static string OfCharacters(string text) => Map(text, (_, _) => "σ");

    /// <summary>As people write: a sigma that ends a word takes its final form.</summary>
    internal static string OfWords(string text) => Map(text, (before, after) => Final(before, after) ? "ς" : "σ");

    private delegate string SigmaForm(ReadOnlySpan<char> before, ReadOnlySpan<char> after);

    private static string Map(string text, SigmaForm sigma)
    {
        var lower = new StringBuilder(text.Length);
        int at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            int next = at + rune.Utf16SequenceLength;
            lower.Append(rune.Value switch
            {
                CapitalSigma => sigma(text.AsSpan(0, at), text.AsSpan(next)),
                DottedCapitalI => "i\u0307",
                _ => Rune.ToLowerInvariant(rune).ToString(),
            });
            at = next;
        }
        return lower.ToString();
    }

    private static bool Final(ReadOnlySpan<char> before, ReadOnlySpan<char> after)
    {
        while (Rune.DecodeLastFromUtf16(before, out var last, out int width) == System.Buffers.OperationStatus.Done && IsPassedOver(last)) before = before[..^width];
        while (Rune.DecodeFromUtf16(after, out var first, out int width) == System.Buffers.OperationStatus.Done && IsPassedOver(first)) after = after[width..];
        return Rune.DecodeLastFromUtf16(before, out var letter, out _) == System.Buffers.OperationStatus.Done && HasCase(letter)
            && !(Rune.DecodeFromUtf16(after, out var next, out _) == System.Buffers.OperationStatus.Done && HasCase(next));
    }

    private static bool HasCase(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter;

    private static bool IsPassedOver(Rune rune) => rune.Value is '\'' or '.' or ':' or '·' or '’' or '‘'
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;
}
