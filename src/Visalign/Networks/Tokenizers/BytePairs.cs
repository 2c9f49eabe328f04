namespace Visalign.Networks.Tokenizers;

/// <summary>Byte-pair encoding: which neighbors are joined, and which first.</summary>
/// <remarks>Sennrich et al., arXiv 1508.07909.</remarks>
public sealed class BytePairs
{
    private readonly Dictionary<(string Left, string Right), int> _ranks = [];

    /// <summary>Pairs in the order of their learning, the first being joined first.</summary>
    /// <param name="origin">Where they come from, for messages.</param>
    /// <exception cref="InputException">A pair occurs twice.</exception>
    public BytePairs(IEnumerable<(string Left, string Right)> pairs, string origin)
    {
        Origin = origin;
        foreach (var pair in pairs)
            if (!_ranks.TryAdd(pair, _ranks.Count)) throw new InputException($"{origin} has the pair '{pair.Left} {pair.Right}' twice.");
    }

    /// <summary>Where the pairs come from, for messages.</summary>
    public string Origin { get; }

    /// <summary>Every pair, in order.</summary>
    public IEnumerable<(string Left, string Right)> All => _ranks.Keys;

    /// <summary>Reads <c>merges.txt</c>: a line that tells the version, then a pair a line.</summary>
    /// <exception cref="InputException">It is missing or has another form.</exception>
    public static BytePairs Read(string path)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllText(path).Trim().Split('\n');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path} cannot be read: {error.Message}", error);
        }
        if (!lines[0].Contains("#version", StringComparison.Ordinal))
            throw new InputException($"{path} begins with '{lines[0][..Math.Min(40, lines[0].Length)]}', expected a line with '#version' and then a pair of symbols a line.");
        return new(lines.Skip(1).Select((line, at) => line.TrimEnd('\r').Split(' ') is [{ Length: > 0 } left, { Length: > 0 } right]
            ? (left, right)
            : throw new InputException($"{path}({at + 2}): '{line}' is no pair of symbols.")), path);
    }

    /// <summary>Joins neighbors until no pair is left: of all pairs present the first learned, at every place, from left to right.</summary>
    internal IReadOnlyList<string> Join(IReadOnlyList<string> symbols)
    {
        while (symbols.Count > 1 && First(symbols) is { } pair)
        {
            List<string> joined = new(symbols.Count);
            for (int at = 0; at < symbols.Count; at++)
            {
                bool meets = at + 1 < symbols.Count && symbols[at] == pair.Left && symbols[at + 1] == pair.Right;
                joined.Add(meets ? pair.Left + pair.Right : symbols[at]);
                if (meets) at++;
            }
            symbols = joined;
        }
        return symbols;
    }

    private (string Left, string Right)? First(IReadOnlyList<string> symbols)
    {
        (string, string)? first = null;
        int lowest = int.MaxValue;
        for (int at = 0; at + 1 < symbols.Count; at++)
            if (_ranks.TryGetValue((symbols[at], symbols[at + 1]), out int rank) && rank < lowest)
                (first, lowest) = ((symbols[at], symbols[at + 1]), rank);
        return first;
    }
}
