using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>Caption features from a small vocabulary: a table of words in the place of a text encoder, trained along with the <see cref="LlamaGenGpt"/> that reads them.</summary>
/// <remarks>Places have a table of their own, since condition tokens are not told apart by their positions (<see cref="GridRotary"/>).</remarks>
public static class WordCaptions
{
    private const string WordsKey = "caption.words.weight", PlacesKey = "caption.places";

    /// <summary>Embeds captions for the network.</summary>
    /// <param name="w">The tree of the network, these tables included.</param>
    /// <param name="words">Shape <c>[B, C]</c>, int64; 0 = padding, which is a word like others. A row of nothing else is no caption, for guidance.</param>
    /// <returns>Shape <c>[B, C, D]</c>.</returns>
    public static Tensor Embed(Weights w, Tensor words)
    {
        Expect.Shape(words, "B C");
        using var scope = Tensor.Scope();
        var features = w[WordsKey].Tensor.Embedding(words) + w[PlacesKey].Tensor;                             // [B, C, F]
        return scope.Keep(LlamaGenConditions.Captions(w, LlamaGenConditions.DropCaptions(w, features, words.Sum([1]).EqualTo(0))));
    }

    /// <summary>Words the tables know, padding included.</summary>
    public static int VocabularySize(Weights w) => (int)w[WordsKey].Tensor.Size(0);

    /// <summary>Fresh tables.</summary>
    /// <param name="vocabulary">Words, padding included.</param>
    public static List<(string Name, Tensor Value)> Initialize(LlamaGenGptConfig config, int vocabulary, ulong seed)
    {
        var fresh = new Initializer(seed);
        fresh.Normal(WordsKey, 1, vocabulary, config.CaptionWidth);
        fresh.Normal(PlacesKey, 1, config.ConditionTokens, config.CaptionWidth);
        return fresh.Made;
    }
}
