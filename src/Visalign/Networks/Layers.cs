using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>The layers networks are written in, as functions of their weights.</summary>
public static class Layers
{
    /// <summary>A linear layer, with the low-rank changes that adapters made.</summary>
    public static Tensor Linear(Weights w, Tensor x)
    {
        var y = x.Linear(w["weight"].Tensor, w.Find("bias")?.Tensor);
        if (w.LowRank.Count == 0) return y;
        using var scope = Tensor.Scope();
        var sum = y;
        foreach (var pair in w.LowRank) sum = pair.AddTo(sum, y, x.Linear(pair.Down).Linear(pair.Up), w);
        return scope.Keep(sum);
    }

    /// <summary>A linear layer of <see cref="Tensor.ModulatedNorm"/>, with the low-rank changes that adapters made.</summary>
    public static Tensor ModulatedLinear(Weights w, Tensor x, Tensor shift, Tensor scale)
    {
        if (w.LowRank.Count == 0) return x.ModulatedLinear(shift, scale, w["weight"].Tensor, w.Find("bias")?.Tensor);
        using var scope = Tensor.Scope();
        return scope.Keep(Linear(w, x.ModulatedNorm(shift, scale)));
    }

    /// <summary>A linear layer of GELU by tanh, with the low-rank changes that adapters made.</summary>
    public static Tensor GeluLinear(Weights w, Tensor x)
    {
        if (w.LowRank.Count == 0) return x.GeluLinear(w["weight"].Tensor, w.Find("bias")?.Tensor);
        using var scope = Tensor.Scope();
        return scope.Keep(Linear(w, x.Gelu(tanh: true)));
    }

    /// <summary>A convolution, with the low-rank changes that adapters made.</summary>
    /// <param name="padding">On every side; null keeps the size at stride 1.</param>
    public static Tensor Conv(Weights w, Tensor x, int stride = 1, int? padding = null)
    {
        var weight = w["weight"].Tensor;
        int border = padding ?? (int)((weight.Size(-1) - 1) / 2);
        var y = x.Conv2d(weight, w.Find("bias")?.Tensor, stride, border);
        if (w.LowRank.Count == 0) return y;
        using var scope = Tensor.Scope();
        var sum = y;
        foreach (var pair in w.LowRank) sum = pair.AddTo(sum, y, x.Conv2d(pair.Down, stride: stride, padding: border).Conv2d(pair.Up), w);
        return scope.Keep(sum);
    }

    /// <summary>Two linear layers with SiLU between, under diffusers' keys of what embeds times and pooled text.</summary>
    public static Tensor Perceptron(Weights w, Tensor x)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Linear(w["linear_2"], Linear(w["linear_1"], x).Silu()));
    }

    /// <summary>Group normalization with learned scale and shift.</summary>
    public static Tensor GroupNorm(Weights w, Tensor x, int groups, double epsilon = 1e-5) => x.GroupNorm(groups, w["weight"].Tensor, w["bias"].Tensor, epsilon);

    /// <summary>SiLU of <see cref="GroupNorm"/>.</summary>
    public static Tensor GroupNormSilu(Weights w, Tensor x, int groups, double epsilon = 1e-5) => x.GroupNormSilu(groups, w["weight"].Tensor, w["bias"].Tensor, epsilon);

    /// <summary>Normalization over the last dimension with learned scale and shift.</summary>
    public static Tensor LayerNorm(Weights w, Tensor x, double epsilon = 1e-5) => x.LayerNorm(w["weight"].Tensor, w["bias"].Tensor, epsilon);

    /// <summary>Normalization by the root mean square over the last dimension, with a learned scale.</summary>
    /// <remarks>Zhang and Sennrich, arXiv 1910.07467, eq. 4.</remarks>
    public static Tensor RmsNorm(Weights w, Tensor x, double epsilon = 1e-6) => x.RmsNorm(w["weight"].Tensor, epsilon);

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
