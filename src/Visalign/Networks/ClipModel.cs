using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>CLIP: two towers that bring pictures and texts into one space, under the keys of <c>CLIPModel</c>.</summary>
/// <remarks>Radford et al., arXiv 2103.00020, figure 3. Departures: none.</remarks>
public static class ClipModel
{
    /// <summary>What pictures say, as points on the unit sphere.</summary>
    /// <param name="pixels">Shape <c>[B, 3, H, W]</c>, prepared by <see cref="ClipPictures"/>.</param>
    /// <returns>Shape <c>[B, P]</c>.</returns>
    public static Tensor EmbedPictures(Weights w, ClipConfig config, Tensor pixels)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Normalize(ClipVision.Project(w, ClipVision.Encode(w, config.Vision, pixels).Pooled)));
    }

    /// <summary>What texts say, as points on the unit sphere.</summary>
    /// <param name="ids">Shape <c>[B, T]</c>, int64.</param>
    /// <param name="mask">Shape <c>[B, T]</c>, int64: 0 = padding; null where every token comes after what it follows anyway.</param>
    /// <returns>Shape <c>[B, P]</c>.</returns>
    public static Tensor EmbedTexts(Weights w, ClipConfig config, Tensor ids, Tensor? mask = null)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Normalize(ClipText.Project(w, ClipText.Encode(w, config.Text, ids, mask).Pooled)));
    }

    /// <summary>How well every text goes with every picture: the scaled cosine.</summary>
    /// <param name="texts">Shape <c>[N, P]</c>, of length 1.</param>
    /// <param name="pictures">Shape <c>[M, P]</c>, of length 1.</param>
    /// <returns>Shape <c>[N, M]</c>: <c>exp(logit_scale) · cosine</c>.</returns>
    public static Tensor LogitsPerText(Weights w, Tensor texts, Tensor pictures)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(texts.MatMul(pictures.Transpose(0, 1)) * Scale(w));
    }

    /// <summary>The factor between cosines and logits, shape <c>[]</c>.</summary>
    /// <param name="w">The tree; it holds <c>logit_scale</c>, a logarithm.</param>
    public static Tensor Scale(Weights w) => w["logit_scale"].Tensor.Exp();

    /// <summary>Vectors brought to length 1.</summary>
    /// <param name="vectors">Shape <c>[B, P]</c>, none of length 0.</param>
    public static Tensor Normalize(Tensor vectors)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(vectors / vectors.Square().Sum([-1], keepDim: true).Sqrt());
    }
}
