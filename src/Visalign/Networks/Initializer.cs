using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>Draws fresh weights, one stream of noise per tensor.</summary>
internal sealed class Initializer(ulong seed)
{
    internal List<(string Name, Tensor Value)> Made { get; } = [];

    internal void Normal(string name, double deviation, params ReadOnlySpan<long> shape)
    {
        var flat = Noise.Normal(new(seed, NoisePurpose.Initialization, Iteration: Made.Count), 0, [1, Product(shape)]);
        Made.Add((name, (flat * deviation).Reshape(shape)));
    }

    internal void Linear(string name, int inputs, int outputs, double gain = 1, bool bias = true)
    {
        Normal($"{name}.weight", gain * Math.Sqrt(2.0 / (inputs + outputs)), outputs, inputs);
        if (bias) Made.Add(($"{name}.bias", Tensor.Zeros([outputs])));
    }

    internal void Zeros(string name, int inputs, int outputs)
    {
        Made.Add(($"{name}.weight", Tensor.Zeros([outputs, inputs])));
        Made.Add(($"{name}.bias", Tensor.Zeros([outputs])));
    }

    internal void Conv(string name, int inputs, int outputs, int kernel, double gain = 1)
    {
        Normal($"{name}.weight", gain * Math.Sqrt(1.0 / (inputs * kernel * kernel)), outputs, inputs, kernel, kernel);
        Made.Add(($"{name}.bias", Tensor.Zeros([outputs])));
    }

    internal void Norm(string name, int channels)
    {
        Made.Add(($"{name}.weight", Tensor.Ones([channels])));
        Made.Add(($"{name}.bias", Tensor.Zeros([channels])));
    }

    private static long Product(ReadOnlySpan<long> shape)
    {
        long product = 1;
        foreach (long size in shape) product *= size;
        return product;
    }
}
