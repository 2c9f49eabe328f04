namespace Visalign.Worlds;

/// <summary>The world's English: writes a request in every phrasing it knows, and reads sentences back.</summary>
/// <remarks>
/// <code>
/// sentence = [lead] (count noun-plural | noun | noun ("and" | "with") noun | noun relation noun)
/// lead     = "draw" | "show" | "a picture of"
/// count    = "two" | "three" | "four",   noun = ["a" | "an" | "one"] [color] shape
/// relation = ["to the"] ("left" | "right") "of" | "above" | "below"
/// </code>
/// </remarks>
public static class PromptGrammar
{
    private static readonly string[] Leads = ["", "draw ", "show ", "a picture of "];

    /// <summary>Every way to say a request in at most eight words; the plainest comes first.</summary>
    public static IReadOnlyList<string> Phrasings(SceneRequest request) =>
        [.. from lead in Leads
            from body in Bodies(request)
            let text = lead + body
            where text.Count(letter => letter == ' ') < Vocabulary.MaximumWords
            select text];

    /// <summary>Reads a sentence.</summary>
    /// <exception cref="InputException">A word is unknown, there are more than eight, or the sentence does not follow the grammar.</exception>
    public static SceneRequest Parse(string prompt)
    {
        var reader = new PromptReader(Vocabulary.Split(prompt));
        return reader.Sentence() ?? throw new InputException(
            $"prompt '{prompt}': the words are known but not as a sentence. " +
            "Write it like 'a red circle', 'three blue squares', 'a circle and a square', " +
            "'a circle left of a cross' or 'a red circle and a blue square'.");
    }

    private static IEnumerable<string> Bodies(SceneRequest request)
    {
        if (request.Count > 1) return [$"{WorldWords.Number(request.Count)} {WorldWords.BarePlural(request.First)}"];

        var plain = WorldWords.WithArticle(request.First);
        var counted = "one " + WorldWords.Bare(request.First);
        if (request.Second is not { } second) return [plain, counted];

        var otherPlain = WorldWords.WithArticle(second);
        var otherCounted = "one " + WorldWords.Bare(second);
        return from link in Links(request.Relation)
               from pair in new[] { (plain, otherPlain), (counted, otherCounted) }
               select $"{pair.Item1} {link} {pair.Item2}";
    }

    private static string[] Links(Relation? relation) => relation switch
    {
        null => ["and", "with"],
        Relation.LeftOf or Relation.RightOf => [WorldWords.Name(relation.Value), "to the " + WorldWords.Name(relation.Value)],
        { } vertical => [WorldWords.Name(vertical)],
    };
}
