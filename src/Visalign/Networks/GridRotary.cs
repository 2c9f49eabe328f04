using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>Rotary positions on a grid: half of a head's channel pairs turn with the row, half with the column.</summary>
/// <remarks>
/// Su et al., arXiv 2104.09864, in two dimensions as in LlamaGen (Sun et al., arXiv 2406.06525):
/// <code>pair p of a token in (row, column) turns by row · f_p or column · f_p,   f_k = base^(-2k / (D/2))</code>
/// Tokens before the grid are not turned but multiplied by zero, as in LlamaGen's code: as keys they all score 0, as queries
/// they look at everything alike. Pretrained weights need that.
/// </remarks>
internal static class GridRotary
{
    /// <summary>The turns of a sequence: a condition, then the cells of a square grid, row after row.</summary>
    /// <param name="turned">Heads that are turned: those of the queries and of the keys.</param>
    /// <param name="kept">Heads after them that stay as they are: those of the values.</param>
    /// <returns>Shape <c>[C + N, (turned + kept) D/2, 2]</c>: cosine and sine of each pair of adjacent channels.</returns>
    internal static Tensor Table(LlamaGenGptConfig config, int turned, int kept)
    {
        using var scope = Tensor.Scope();
        int pairs = config.HeadWidth / 2, tokens = config.ImageTokens, condition = config.ConditionTokens;
        var frequencies = (Tensor.Arange(0, pairs / 2) * (-2 * Math.Log(config.RotaryBase) / pairs)).Exp();          // [D/4]
        var place = Tensor.Arange(0, config.GridSide).Unsqueeze(1) * frequencies;                                   // [side, D/4]
        var rows = place.RepeatInterleave(config.GridSide, 0);                                                      // [N, D/4]
        var columns = Tensor.Cat([.. Enumerable.Repeat(place, config.GridSide)]);                                   // [N, D/4]
        var angles = Tensor.Cat([rows, columns], 1);                                                                // [N, D/2]
        var head = Tensor.Cat([Tensor.Zeros([condition, pairs, 2]), Tensor.Stack([angles.Cos(), angles.Sin()], 2)]); // [C + N, D/2, 2]
        var still = Tensor.Cat([Tensor.Ones([condition + tokens, pairs, 1]), Tensor.Zeros([condition + tokens, pairs, 1])], 2);
        return scope.Keep(Tensor.Cat([.. Enumerable.Repeat(head, turned), .. Enumerable.Repeat(still, kept)], 1));
    }

    /// <summary>Turns packed queries, keys and values.</summary>
    /// <param name="x">Shape <c>[B, L, heads · D]</c>.</param>
    /// <param name="table">Rows of <see cref="Table"/> for these tokens, shape <c>[L, heads · D/2, 2]</c>.</param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    internal static Tensor Turn(Tensor x, Tensor table)
    {
        using var scope = Tensor.Scope();
        // One product of complex numbers: (x0 + i x1)(cos + i sin).
        var turned = x.Reshape(x.Size(0), x.Size(1), -1, 2).ViewAsComplex() * table.ViewAsComplex();
        return scope.Keep(turned.ViewAsReal().Reshape(x.Shape));
    }
}
