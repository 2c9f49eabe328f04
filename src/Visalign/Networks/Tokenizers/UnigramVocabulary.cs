namespace Visalign.Networks.Tokenizers;

/// <summary>Splits text into the pieces that are most probable together.</summary>
/// <remarks>Kudo, arXiv 1804.10959: the Viterbi path of a unigram language model. A character without a piece costs 10 more than the least probable piece.</remarks>
internal sealed class UnigramVocabulary
{
    private const double UnknownPenalty = 10;

    private readonly Dictionary<string, (int Id, double Score)> _pieces;
    private readonly int _longest;
    private readonly double _unknown;

    /// <summary>A vocabulary of pieces with their ids; of two with one text the later counts.</summary>
    /// <param name="lowest">Score of the least probable piece.</param>
    internal UnigramVocabulary(IEnumerable<(string Text, int Id, double Score)> pieces, double lowest)
    {
        _pieces = new(StringComparer.Ordinal);
        foreach (var (text, id, score) in pieces) _pieces[text] = (id, score);
        _longest = _pieces.Keys.Max(text => text.Length);
        _unknown = lowest - UnknownPenalty;
    }

    /// <summary>The best pieces of a text, in order; the id is null where a character has no piece.</summary>
    internal List<(string Text, int? Id)> Split(string text)
    {
        var best = new (double Score, int From, int? Id)[text.Length + 1];
        Array.Fill(best, (double.NegativeInfinity, 0, null));
        best[0].Score = 0;
        var pieces = _pieces.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int start = 0; start < text.Length; start += WidthAt(text, start))
        {
            int width = WidthAt(text, start);
            bool covered = false;
            for (int end = start + width; end <= text.Length && end - start <= _longest; end++)
            {
                if (!pieces.TryGetValue(text.AsSpan(start, end - start), out var piece)) continue;
                covered |= end == start + width;
                Offer(end, best[start].Score + piece.Score, start, piece.Id);
            }
            if (!covered) Offer(start + width, best[start].Score + _unknown, start, null);
        }
        List<(string, int?)> path = [];
        for (int end = text.Length; end > 0; end = best[end].From) path.Add((text[best[end].From..end], best[end].Id));
        path.Reverse();
        return path;

        void Offer(int end, double score, int from, int? id)
        {
            if (score > best[end].Score) best[end] = (score, from, id);
        }
    }

    private static int WidthAt(string text, int at) => char.IsSurrogatePair(text, at) ? 2 : 1;
}
