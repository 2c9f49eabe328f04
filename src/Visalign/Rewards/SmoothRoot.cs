using Visalign.Torch;

namespace Visalign.Rewards;

/// <summary>The square root with gradient 0 at 0, where the root itself has none: a flat picture is then left alone instead of turned into NaN.</summary>
internal static class SmoothRoot
{
    /// <param name="x">Not negative.</param>
    internal static Tensor Of(Tensor x)
    {
        using var scope = Tensor.Scope();
        var zero = x.EqualTo(0).To(x.DType);
        return scope.Keep((x + zero).Sqrt() * (1 - zero));
    }
}
