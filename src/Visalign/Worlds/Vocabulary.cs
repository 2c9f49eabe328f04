namespace Visalign.Worlds;

/// <summary>The closed list of words a prompt may use, and their ids.</summary>
public static class Vocabulary
{
    /// <summary>The most words in a prompt: the generators read this many text tokens.</summary>
    public const int MaximumWords = 8;

    /// <summary>The id that fills places after the last word.</summary>
    public const int Padding = 0;

    private static readonly string[] KnownWords =
    [
        "a", "an", "one", "two", "three", "four",
        "circle", "square", "triangle", "cross", "circles", "squares", "triangles", "crosses",
        "red", "green", "blue", "yellow", "purple", "orange",
        "and", "with", "left", "right", "above", "below", "of", "to", "the",
        "draw", "show", "picture",
    ];

    private static readonly Dictionary<string, int> Ids =
        KnownWords.Select((word, index) => (word, index)).ToDictionary(pair => pair.word, pair => pair.index + 1);

    /// <summary>The words in the order of their ids; the first has id 1.</summary>
    public static IReadOnlyList<string> Words => KnownWords;

    /// <summary>Number of ids, the padding included.</summary>
    public static int Size => KnownWords.Length + 1;

    /// <summary>The ids of a prompt's words, padded to <see cref="MaximumWords"/>; all padding for the empty prompt.</summary>
    /// <returns>Shape <c>[8]</c>, each from 0 to <see cref="Size"/> - 1.</returns>
    /// <exception cref="InputException">A word is unknown, or there are more than eight.</exception>
    public static int[] Encode(string prompt)
    {
        var ids = new int[MaximumWords];
        var words = Split(prompt);
        for (var i = 0; i < words.Length; i++) ids[i] = Ids[words[i]];
        return ids;
    }

    /// <summary>The known words of a prompt, in lower case and without commas and full stops.</summary>
    /// <exception cref="InputException">A word is unknown, or there are more than eight.</exception>
    internal static string[] Split(string prompt)
    {
        var words = prompt.ToLowerInvariant().Split([' ', '\t', '\n', '\r', ',', '.'], StringSplitOptions.RemoveEmptyEntries);
        foreach (var word in words)
        {
            if (Ids.ContainsKey(word)) continue;
            throw new InputException(
                $"prompt '{prompt}': unknown word '{word}', the nearest known one is '{Nearest(word)}'. " +
                $"The known words are: {string.Join(", ", KnownWords)}.");
        }

        if (words.Length > MaximumWords)
        {
            throw new InputException(
                $"prompt '{prompt}': {words.Length} words, at most {MaximumWords} fit. " +
                "Say it shorter, for example 'a red circle and a blue square'.");
        }

        return words;
    }

    private static string Nearest(string word) => KnownWords.MinBy(known => EditDistance(word, known))!;

    // Levenshtein distance, one row at a time.
    private static int EditDistance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var substituted = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[to.Length];
    }
}
