using System.Text.RegularExpressions;

namespace Visalign.Networks.Tokenizers;

/// <summary>Tokens that are taken out of a text as they are written, before anything is done to the rest.</summary>
internal sealed class SpecialTokens
{
    private readonly IReadOnlyDictionary<string, int> _ids;
    private readonly Regex? _any;

    /// <summary>Special tokens by their spelling.</summary>
    internal SpecialTokens(IReadOnlyDictionary<string, int> ids)
    {
        _ids = ids;
        // Alternatives are tried in order: the longest of two that begin alike has to come first.
        if (ids.Count > 0)
            _any = new(string.Join('|', ids.Keys.OrderByDescending(token => token.Length).ThenBy(token => token, StringComparer.Ordinal).Select(Regex.Escape)), RegexOptions.CultureInvariant);
    }

    /// <summary>The text in order: pieces of plain text, and special tokens with their ids.</summary>
    internal IEnumerable<(string Text, int? Id)> Cut(string text)
    {
        int at = 0;
        foreach (Match token in _any?.Matches(text) ?? Enumerable.Empty<Match>())
        {
            if (token.Index > at) yield return (text[at..token.Index], null);
            yield return (token.Value, _ids[token.Value]);
            at = token.Index + token.Length;
        }
        if (at < text.Length) yield return (text[at..], null);
    }
}
