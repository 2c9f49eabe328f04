using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>Splits the width of a sequence into attention heads, and joins them again.</summary>
internal static class AttentionHeads
{
    /// <summary>Shape <c>[B, H, L, D/H]</c> for <c>[B, L, D]</c>.</summary>
    internal static Tensor Split(Tensor x, int heads)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(x.Reshape(x.Size(0), x.Size(1), heads, -1).Transpose(1, 2));
    }

    /// <summary>Shape <c>[B, L, D]</c> for <c>[B, H, L, D/H]</c>.</summary>
    internal static Tensor Join(Tensor x)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(x.Transpose(1, 2).Reshape(x.Size(0), x.Size(2), -1));
    }
}
