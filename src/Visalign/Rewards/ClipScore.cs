using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Rewards;

/// <summary>CLIPScore and RefCLIPScore, from embeddings of any two-tower model.</summary>
/// <remarks>
/// Hessel et al., arXiv 2104.08718, with their w = 2.5. Published numbers take ViT-B/32 and captions that begin with
/// "A photo depicts ". Training uses the bare cosine instead, which has a gradient everywhere: the reward <c>two-tower</c>.
/// </remarks>
public static class ClipScore
{
    private const double Factor = 2.5;

    /// <summary><c>2.5 max(cos, 0)</c>.</summary>
    /// <param name="pictures">Shape <c>[B, P]</c>, of any length.</param>
    /// <param name="captions">Shape <c>[B, P]</c>.</param>
    /// <returns>Shape <c>[B]</c>, in [0, 2.5].</returns>
    public static Tensor Of(Tensor pictures, Tensor captions)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Cosine(pictures, captions).Clamp(low: 0) * Factor);
    }

    /// <summary>The likeness of each caption to the nearest of its references; neither scaled nor cut off at 0.</summary>
    /// <param name="captions">Shape <c>[B, P]</c>.</param>
    /// <param name="references">Shape <c>[R, P]</c>: those of the first caption, then those of the second, and so on.</param>
    /// <param name="counts">How many each caption has, at least one; their sum is R.</param>
    /// <returns>Shape <c>[B]</c>.</returns>
    public static Tensor NearestReference(Tensor captions, Tensor references, ReadOnlySpan<long> counts)
    {
        using var scope = Tensor.Scope();
        var ofEach = references.Split(counts, 0);
        var nearest = new Tensor?[counts.Length];
        for (int i = 0; i < nearest.Length; i++) nearest[i] = Cosine(ofEach[i], captions.Narrow(0, i, 1)).Max([0]);
        return scope.Keep(Tensor.Stack(nearest));
    }

    /// <summary>RefCLIPScore: the harmonic mean of the two, <c>2ab / (a + b)</c>.</summary>
    /// <param name="score">Shape <c>[B]</c>, from <see cref="Of"/>.</param>
    /// <param name="nearest">Shape <c>[B]</c>, from <see cref="NearestReference"/>.</param>
    public static Tensor WithReferences(Tensor score, Tensor nearest)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(score * nearest * 2 / (score + nearest));
    }

    private static Tensor Cosine(Tensor one, Tensor other)
    {
        using var scope = Tensor.Scope();
        return scope.Keep((ClipModel.Normalize(one) * ClipModel.Normalize(other)).Sum([1]));
    }
}
