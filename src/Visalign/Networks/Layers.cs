using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>The layers networks are written in, as functions of their weights.</summary>
public static class Layers
{
    /// <summary>A linear layer, with its low-rank update where an adapter put one.</summary>
    public static Tensor Linear(Weights w, Tensor x)
    {
        var y = x.Linear(w["weight"].Tensor, w.Find("bias")?.Tensor);
        if (w.LowRank is not { } pair) return y;
        using var scope = Tensor.Scope();
        return scope.Keep(y.AddScaled(x.Linear(pair.Down).Linear(pair.Up), pair.Scale));
    }

    /// <summary>A convolution whose padding keeps the size at stride 1.</summary>
    public static Tensor Conv(Weights w, Tensor x, int stride = 1) =>
        x.Conv2d(w["weight"].Tensor, w.Find("bias")?.Tensor, stride, (int)((w["weight"].Tensor.Size(-1) - 1) / 2));

    /// <summary>Group normalization with learned scale and shift.</summary>
    public static Tensor GroupNorm(Weights w, Tensor x, int groups, double epsilon = 1e-5) => x.GroupNorm(groups, w["weight"].Tensor, w["bias"].Tensor, epsilon);

    /// <summary>Normalization over the last dimension with learned scale and shift.</summary>
    public static Tensor LayerNorm(Weights w, Tensor x, double epsilon = 1e-5) => x.LayerNorm(w["weight"].Tensor, w["bias"].Tensor, epsilon);

    /// <summary>Sines and cosines of a time at geometrically spaced frequencies.</summary>
    /// <remarks>
    /// <code>cos(t f_k), sin(t f_k),   f_k = exp(-ln 10000 · k / (width / 2))</code>
    /// Rounded as the networks were trained with: one unit in the last place of a frequency moves an angle near 1000 by 6e-5.
    /// </remarks>
    /// <param name="time">Shape <c>[B]</c>, in units where 1000 spans the process.</param>
    /// <param name="width">Even.</param>
    /// <returns>Shape <c>[B, width]</c>: cosines first.</returns>
    public static Tensor TimeFeatures(Tensor time, int width)
    {
        using var scope = Tensor.Scope();
        var frequencies = (Tensor.Arange(0, width / 2) * -Math.Log(10_000) / (width / 2)).Exp();    // [width/2]
        var angles = time.Unsqueeze(1) * frequencies;                                                // [B, width/2]
        return scope.Keep(Tensor.Cat([angles.Cos(), angles.Sin()], 1));
    }
}
