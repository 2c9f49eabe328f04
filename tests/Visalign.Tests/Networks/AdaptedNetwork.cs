using Visalign.Networks;

namespace Visalign.Tests.Networks;

/// <summary>A network with one layer of each kind that can be adapted: a strided convolution, a convolution of single pixels, linear layers with and without bias.</summary>
internal static class AdaptedNetwork
{
    /// <summary>Names of its layers.</summary>
    internal static readonly string[] Layers = ["blocks.0.attn.to_q", "blocks.0.attn.to_v", "conv", "point"];

    /// <summary>Random weights.</summary>
    internal static Weights Base(int stream = 0) => Weights.Of(
    [
        ("conv.weight", Draw(stream, 1, 6, 3, 3, 3)), ("conv.bias", Draw(stream, 2, 6)),
        ("point.weight", Draw(stream, 3, 8, 6, 1, 1)), ("point.bias", Draw(stream, 4, 8)),
        ("blocks.0.attn.to_q.weight", Draw(stream, 5, 5, 8)), ("blocks.0.attn.to_q.bias", Draw(stream, 6, 5)),
        ("blocks.0.attn.to_v.weight", Draw(stream, 7, 4, 5)),
    ]);

    /// <summary>A batch of inputs, shape <c>[B, 3, 6, 6]</c>.</summary>
    internal static Tensor Input(int batch) => Draw(0, 9, batch, 3, 6, 6);

    /// <summary>Shape <c>[B, 9, 4]</c>.</summary>
    internal static Tensor Output(Weights w, Tensor x)
    {
        var y = Visalign.Networks.Layers.Conv(w["point"], Visalign.Networks.Layers.Conv(w["conv"], x, stride: 2).Silu());  // [B, 8, 3, 3]
        var tokens = y.Reshape(x.Size(0), 8, 9).Transpose(1, 2);                                                            // [B, 9, 8]
        return Visalign.Networks.Layers.Linear(w["blocks.0.attn.to_v"], Visalign.Networks.Layers.Linear(w["blocks.0.attn.to_q"], tokens).Silu());
    }

    /// <summary>An adapter of every layer that has moved away from its base.</summary>
    internal static Adapter Moved(Weights @base, int rank, int stream, bool dora = false, double alpha = 3)
    {
        var adapter = Adapter.Of(@base, new() { Rank = rank, Alpha = alpha, Dora = dora, Targets = [.. Layers] }, (ulong)stream);
        using var scope = Tensor.Scope();
        using var noGradient = Autograd.NoGrad();
        adapter.Parameters.Values.AddInPlace(Draw(stream, 10, adapter.Parameters.Count), 0.3);
        return adapter;
    }

    /// <summary>The largest difference, as a share of the largest number: rounding leaves about 1e-6 of it.</summary>
    internal static double Distance(Tensor a, Tensor b) => ((a - b).Abs().Max([0, 1, 2]) / b.Abs().Max([0, 1, 2])).Item();

    /// <summary>Standard normal numbers.</summary>
    internal static Tensor Draw(int stream, int branch, params long[] shape) =>
        Noise.Normal(new(11, NoisePurpose.Probe, stream, Branch: branch), 0, [1, shape.Aggregate(1L, (product, size) => product * size)]).Reshape(shape);
}
