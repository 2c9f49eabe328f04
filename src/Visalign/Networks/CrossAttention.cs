using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>Multi-head attention of some tokens to others, under the keys <c>to_q</c>, <c>to_k</c>, <c>to_v</c>, <c>to_out.0</c>.</summary>
internal static class CrossAttention
{
    /// <summary>Runs it; <paramref name="context"/> may be <paramref name="x"/> itself.</summary>
    /// <param name="x">Shape <c>[B, T, D]</c>: the tokens that ask.</param>
    /// <param name="context">Shape <c>[B, S, E]</c>: the tokens that answer.</param>
    /// <param name="heads">Divides the width of the queries.</param>
    /// <returns>Shape <c>[B, T, D]</c>.</returns>
    internal static Tensor Of(Weights w, Tensor x, Tensor context, int heads)
    {
        using var scope = Tensor.Scope();
        var attended = Tensor.Attention(Layers.Linear(w["to_q"], x), Layers.Linear(w["to_k"], context), Layers.Linear(w["to_v"], context), heads);
        return scope.Keep(Layers.Linear(w["to_out.0"], attended));
    }
}
