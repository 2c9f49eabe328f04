using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>What a <see cref="LlamaGenGpt"/> reads before it draws: a class, a caption, or neither for guidance.</summary>
public static class LlamaGenConditions
{
    private const string NoCaptionKey = "cls_embedding.uncond_embedding";

    /// <summary>Embeds classes.</summary>
    /// <param name="classes">Shape <c>[B]</c>, int64.</param>
    /// <returns>Shape <c>[B, 1, D]</c>.</returns>
    public static Tensor Classes(Weights w, Tensor classes)
    {
        Expect.Shape(classes, "B");
        using var scope = Tensor.Scope();
        return scope.Keep(w["cls_embedding.embedding_table.weight"].Tensor.Embedding(classes).Unsqueeze(1));
    }

    /// <summary>Embeds captions.</summary>
    /// <param name="features">Shape <c>[B, C, F]</c>: of a text encoder; zero where there is padding.</param>
    /// <returns>Shape <c>[B, C, D]</c>.</returns>
    public static Tensor Captions(Weights w, Tensor features)
    {
        Expect.Shape(features, "B C F");
        using var scope = Tensor.Scope();
        var projection = w["cls_embedding.cap_proj"];
        return scope.Keep(Layers.Linear(projection["fc2"], Layers.Linear(projection["fc1"], features).Gelu(tanh: true)));
    }

    /// <summary>Puts no class in the place of some.</summary>
    /// <param name="classes">Shape <c>[B]</c>, int64.</param>
    /// <param name="dropped">Shape <c>[B]</c>, truth values.</param>
    public static Tensor DropClasses(LlamaGenGptConfig config, Tensor classes, Tensor dropped)
    {
        Expect.SameShape(classes, dropped);
        using var scope = Tensor.Scope();
        return scope.Keep(Tensor.Where(dropped, Tensor.Full([], config.Classes, DType.Int64), classes));
    }

    /// <summary>Puts the features of no caption in the place of some.</summary>
    /// <param name="features">Shape <c>[B, C, F]</c>.</param>
    /// <param name="dropped">Shape <c>[B]</c>, truth values.</param>
    public static Tensor DropCaptions(Weights w, Tensor features, Tensor dropped)
    {
        Expect.Shape(features, $"{dropped.Size(0)} C F");
        using var scope = Tensor.Scope();
        return scope.Keep(Tensor.Where(dropped.Reshape(-1, 1, 1), w[NoCaptionKey].Tensor, features));
    }

    /// <summary>Moves the padding of captions to the left, where LlamaGen's sampler has it, and sets it to zero.</summary>
    /// <param name="features">Shape <c>[B, C, F]</c>.</param>
    /// <param name="mask">Shape <c>[B, C]</c>, int64: ones, then zeros where there is padding.</param>
    /// <returns>Features and mask of the same shapes.</returns>
    public static (Tensor Features, Tensor Mask) PadLeft(Tensor features, Tensor mask)
    {
        Expect.Shape(features, $"{mask.Size(0)} {mask.Size(1)} F");
        using var scope = Tensor.Scope();
        var turned = mask.Flip(1);
        var words = mask.Sum([1], keepDim: true);                                                             // [B, 1]
        // Row i of the result is row i + words of the caption, and behind its end row i + words - C.
        var from = Tensor.Arange(0, mask.Size(1), dtype: DType.Int64).Unsqueeze(0) + words;                    // [B, C]
        from = Tensor.Where(from.Less(mask.Size(1)), from, (from - mask.Size(1)).To(DType.Int64));
        var moved = features.Gather(1, from.Unsqueeze(2).Expand(features.Shape));
        return (scope.Keep(moved * turned.Unsqueeze(2)), scope.Keep(turned));
    }

    internal static void Initialize(Initializer fresh, LlamaGenGptConfig config)
    {
        if (!config.ReadsCaptions)
        {
            fresh.Normal("cls_embedding.embedding_table.weight", 0.5, config.Classes + 1, config.Width);
            return;
        }
        fresh.Normal("cls_embedding.cap_proj.fc1.weight", Math.Sqrt(2.0 / (config.CaptionWidth + config.Width)), config.Width, config.CaptionWidth);
        fresh.Normal("cls_embedding.cap_proj.fc2.weight", Math.Sqrt(1.0 / config.Width), config.Width, config.Width);
        fresh.Normal(NoCaptionKey, 1 / Math.Sqrt(config.CaptionWidth), config.ConditionTokens, config.CaptionWidth);
    }
}
