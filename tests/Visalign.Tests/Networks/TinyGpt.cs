using Visalign.Networks;

namespace Visalign.Tests.Networks;

/// <summary>A GPT that has learned nothing but is sure of what it says.</summary>
internal static class TinyGpt
{
    /// <summary>A network of two layers.</summary>
    public static LlamaGenGptConfig Config(int imageTokens, bool captions = false, int keyHeads = 4) => new()
    {
        ReadsCaptions = captions, Width = 32, Layers = 2, Heads = 4, KeyHeads = keyHeads, HiddenMultiple = 16, Vocabulary = 24,
        ConditionTokens = captions ? 5 : 1, ImageTokens = imageTokens, Classes = 6, CaptionWidth = 10,
    };

    /// <summary>Its weights, in the open scope.</summary>
    public static Weights Create(LlamaGenGptConfig config, ulong seed) => Weights.Of(LlamaGenGpt.Initialize(config, seed)
        .Select(entry => entry.Name == "output.weight" ? (entry.Name, Normal(seed + 1, entry.Value.Shape)) : entry));

    /// <summary>Normal numbers.</summary>
    public static Tensor Normal(ulong seed, ReadOnlySpan<long> shape)
    {
        long count = 1;
        foreach (long size in shape) count *= size;
        return Noise.Normal(new(seed, NoisePurpose.Probe), 0, [1, count]).Reshape(shape);
    }

    /// <summary>Tokens.</summary>
    public static Tensor Tokens(LlamaGenGptConfig config, ulong seed, int rows, int count)
    {
        var random = new RandomSequence(new(seed, NoisePurpose.Probe));
        var tokens = new long[rows * count];
        for (int i = 0; i < tokens.Length; i++) tokens[i] = random.Below(config.Vocabulary);
        return Tensor.From(tokens, rows, count);
    }
}
