using System.Globalization;
using System.Text;

namespace Visalign.Networks.Tokenizers;

/// <summary>Unicode's normalization form C: a letter and its marks become one character where there is one.</summary>
/// <remarks>
/// Unicode Standard Annex 15. Own tables, because this program runs without the tables of languages (invariant
/// globalization), and the runtime's <see cref="string.Normalize()"/> then changes nothing.
/// </remarks>
internal static class CanonicalComposition
{
    private const int Syllables = 0xAC00, Leading = 0x1100, Vowel = 0x1161, Trailing = 0x11A7;
    private const int LeadingCount = 19, VowelCount = 21, TrailingCount = 28;

    private static readonly Dictionary<int, int[]> Decompositions = [];
    private static readonly Dictionary<(int First, int Second), int> Compositions = [];
    private static readonly Dictionary<int, int> Classes = [];

    static CanonicalComposition()
    {
        using var lines = new StreamReader(typeof(CanonicalComposition).Assembly.GetManifestResourceStream("canonical-mappings.txt")!);
        while (lines.ReadLine() is { } line)
            if (!line.StartsWith('#')) Learn(line);
    }

    /// <summary>The text in form C.</summary>
    internal static string Compose(string text)
    {
        if (Ascii.IsValid(text)) return text;
        List<int> points = [];
        foreach (var rune in text.EnumerateRunes()) Decompose(rune.Value, points);
        Order(points);
        var composed = new StringBuilder(text.Length);
        foreach (int point in Compose(points)) composed.Append(new Rune(point).ToString());
        return composed.ToString();
    }

    private static void Learn(string line)
    {
        if (line.Split('-', ':') is [var first, var last, var order])
        {
            for (int point = Hex(first); point <= Hex(last); point++) Classes[point] = int.Parse(order, CultureInfo.InvariantCulture);
            return;
        }
        int mark = line.AsSpan().IndexOfAny('=', '>');
        int whole = Hex(line[..mark]);
        int[] parts = [.. line[(mark + 1)..].Split(' ').Select(Hex)];
        Decompositions[whole] = parts;
        if (line[mark] == '=') Compositions[(parts[0], parts[1])] = whole;
    }

    private static int Hex(string digits) => int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static void Decompose(int point, List<int> into)
    {
        int syllable = point - Syllables;
        if (syllable is >= 0 and < LeadingCount * VowelCount * TrailingCount)
        {
            into.Add(Leading + syllable / (VowelCount * TrailingCount));
            into.Add(Vowel + syllable / TrailingCount % VowelCount);
            if (syllable % TrailingCount != 0) into.Add(Trailing + syllable % TrailingCount);
        }
        else if (Decompositions.TryGetValue(point, out int[]? parts))
        {
            foreach (int part in parts) Decompose(part, into);
        }
        else
        {
            into.Add(point);
        }
    }

    // Marks after one letter stand in the order of their classes; equal classes keep theirs.
    private static void Order(List<int> points)
    {
        for (int i = 1; i < points.Count; i++)
        {
            int point = points[i], own = ClassOf(point), to = i;
            for (; own > 0 && to > 0 && ClassOf(points[to - 1]) > own; to--) points[to] = points[to - 1];
            points[to] = point;
        }
    }

    private static List<int> Compose(List<int> points)
    {
        const int Nothing = -1;
        List<int> result = [];
        int starter = Nothing, between = Nothing;  // the letter to compose with, and the class of the mark last left behind it
        foreach (int point in points)
        {
            int own = ClassOf(point);
            if (starter != Nothing && between < own && Join(result[starter], point) is { } joined)
            {
                result[starter] = joined;
                continue;
            }
            result.Add(point);
            (starter, between) = own == 0 ? (result.Count - 1, Nothing) : (starter, own);
        }
        return result;
    }

    private static int? Join(int first, int second)
    {
        int leading = first - Leading, vowel = second - Vowel, syllable = first - Syllables, trailing = second - Trailing;
        if (leading is >= 0 and < LeadingCount && vowel is >= 0 and < VowelCount)
            return Syllables + (leading * VowelCount + vowel) * TrailingCount;
        if (syllable is >= 0 and < LeadingCount * VowelCount * TrailingCount && syllable % TrailingCount == 0 && trailing is > 0 and < TrailingCount)
            return first + trailing;
        return Compositions.TryGetValue((first, second), out int whole) ? whole : null;
    }

    private static int ClassOf(int point) => Classes.GetValueOrDefault(point);
}
