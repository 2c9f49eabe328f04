using Visalign.Pictures;
using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>What a <see cref="ClipVision"/> makes of pictures.</summary>
/// <param name="HiddenStates">Shape <c>[B, 1 + N, D]</c> each: the normalized embedding, then what every block leaves; a place for the whole picture, then its patches row by row.</param>
/// <param name="Pooled">Shape <c>[B, D]</c>: the first place of the last of them, normalized.</param>
public sealed record ClipVisionStates(IReadOnlyList<Tensor> HiddenStates, Tensor Pooled);

/// <summary>CLIP's picture encoder, under the keys of <c>CLIPVisionModel</c> and <c>CLIPVisionModelWithProjection</c>.</summary>
/// <remarks>Radford et al., arXiv 2103.00020: a vision transformer (Dosovitskiy et al., arXiv 2010.11929) with a normalization before its blocks.</remarks>
public static class ClipVision
{
    /// <summary>Encodes pictures.</summary>
    /// <param name="w">Everything from <c>vision_model</c> on.</param>
    /// <param name="pixels">Shape <c>[B, 3, H, W]</c>, normalized as <see cref="ClipPictures"/> does; other sides than <see cref="ClipVisionConfig.ImageSize"/> only with <paramref name="interpolate"/>.</param>
    /// <param name="interpolate">Stretches the table of places over as many patches as the pictures have.</param>
    /// <exception cref="InputException">Pictures of another size, or the checkpoint lacks a tensor.</exception>
    public static ClipVisionStates Encode(Weights w, ClipVisionConfig config, Tensor pixels, bool interpolate = false) => Encode(w, config, pixels, interpolate, time: null);

    /// <summary>The same, of a tower whose layers know how noisy the pictures were.</summary>
    /// <param name="time">Shape <c>[B, D]</c>: what every block, and the last normalization, turns into shifts, scales and gates.</param>
    internal static ClipVisionStates Encode(Weights w, ClipVisionConfig config, Tensor pixels, bool interpolate, Tensor? time)
    {
        Expect.Shape(pixels, "B 3 H W");
        var (height, width) = (pixels.Size(2), pixels.Size(3));
        if (!interpolate && (height != config.ImageSize || width != config.ImageSize))
            throw new InputException($"The picture encoder reads {config.ImageSize}×{config.ImageSize} pixels, got {width}×{height}; prepare the pictures, or interpolate the places.");
        using var scope = Tensor.Scope();
        w = w["vision_model"];
        List<Tensor> states = [Layers.LayerNorm(w["pre_layrnorm"], Embedding(w["embeddings"], config, pixels), config.Epsilon)];
        for (int i = 0; i < config.Blocks; i++) states.Add(ClipBlock.Run(w[$"encoder.layers.{i}"], config.Block, states[^1], time: time));
        var pooled = Layers.LayerNorm(w["post_layernorm"], states[^1].Select(1, 0), config.Epsilon);       // [B, D]
        if (time is not null)
        {
            var m = Layers.Linear(w["adaLN_modulation.1"], time).Chunk(2, 1);                               // [B, D] each
            pooled = m[0].AddProduct(pooled, m[1] + 1);
        }
        return new(scope.Keep([.. states]), scope.Keep(pooled));
    }

    /// <summary>The pooled state in the space that CLIP shares with texts (<c>image_embeds</c>).</summary>
    /// <param name="w">The same tree; it holds <c>visual_projection.weight</c>.</param>
    /// <param name="pooled">Shape <c>[B, D]</c>.</param>
    /// <returns>Shape <c>[B, P]</c>.</returns>
    /// <exception cref="InputException">The checkpoint has no projection.</exception>
    public static Tensor Project(Weights w, Tensor pooled) => Layers.Linear(w["visual_projection"], pooled);

    private static Tensor Embedding(Weights w, ClipVisionConfig config, Tensor pixels)
    {
        using var scope = Tensor.Scope();
        var patches = Layers.Conv(w["patch_embedding"], pixels, config.PatchSize, padding: 0);              // [B, D, h, w]
        var (rows, columns) = ((int)patches.Size(2), (int)patches.Size(3));
        var whole = w["class_embedding"].Tensor.Reshape(1, 1, -1).Expand(pixels.Size(0), 1, config.Width);
        patches = patches.Reshape(pixels.Size(0), config.Width, -1).Transpose(1, 2);                        // [B, N, D]
        return scope.Keep(Tensor.Cat([whole, patches], 1) + Places(w["position_embedding.weight"].Tensor, config.Side, rows, columns));
    }

    // The first row belongs to the whole picture and stays; the others are a square grid. Bicubic with a = -0.75, as in transformers.
    private static Tensor Places(Tensor table, int side, int rows, int columns)
    {
        if (rows == side && columns == side) return table.View(table.Shape);
        using var scope = Tensor.Scope();
        var grid = table.Narrow(0, 1, side * side).Reshape(side, side, -1).Permute(2, 0, 1);                // [D, side, side]
        var stretched = Resampling.Rows(Resampling.Columns(grid, CubicTaps.Smooth(side, columns)), CubicTaps.Smooth(side, rows));
        return scope.Keep(Tensor.Cat([table.Narrow(0, 0, 1), stretched.Permute(1, 2, 0).Reshape(rows * columns, -1)]));
    }
}
