using System.Globalization;
using System.Text;

namespace Visalign.Networks.Tokenizers;

/// <summary>Splits clean text into the words that byte pairs are joined within.</summary>
/// <remarks>
/// Radford et al., arXiv 2103.00020, by the regular expression of their code: endings such as <c>'s</c>, rows of letters,
/// single digits, rows of anything else that is no blank. Written out, because .NET's expressions see halves of the
/// characters beyond U+FFFF.
/// </remarks>
internal static class ClipWords
{
    private static readonly string[] Endings = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private enum Kind { Blank, Letter, Digit, Other }

    /// <summary>The words, in order.</summary>
    /// <param name="text">In lower case.</param>
    /// <param name="whole">Spellings that are a word wherever one begins.</param>
    internal static IEnumerable<string> Split(string text, IReadOnlyList<string> whole)
    {
        for (int at = 0; at < text.Length;)
        {
            int length = Length(text, at, whole, out var kind);
            if (kind != Kind.Blank) yield return text.Substring(at, length);
            at += length;
        }
    }

    private static int Length(string text, int at, IReadOnlyList<string> whole, out Kind kind)
    {
        kind = Kind.Other;
        foreach (string token in whole.Concat(Endings))
            if (string.CompareOrdinal(text, at, token, 0, token.Length) == 0) return token.Length;
        kind = KindAt(text, at, out int length);
        if (kind is Kind.Letter or Kind.Other)
            while (at + length < text.Length && KindAt(text, at + length, out int width) == kind) length += width;
        return length;
    }

    private static Kind KindAt(string text, int at, out int width)
    {
        Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out width);
        if (Rune.IsWhiteSpace(rune)) return Kind.Blank;
        if (Rune.IsLetter(rune)) return Kind.Letter;
        return Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber
            ? Kind.Digit
            : Kind.Other;
    }
}
