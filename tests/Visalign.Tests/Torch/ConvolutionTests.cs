namespace Visalign.Tests.Torch;

public sealed class ConvolutionTests
{
    private const int Height = 6, Width = 5;

    // Channel counts on either side of a vector's length: convolution libraries treat what is left over apart.
    [Theory]
    [InlineData(16, 16)]
    [InlineData(32, 48)]
    [InlineData(64, 80)]
    [InlineData(4, 64)]
    [InlineData(64, 4)]
    [InlineData(20, 8)]
    [InlineData(24, 12)]
    [InlineData(9, 31)]
    public void A_convolution_and_its_gradients_are_sums_of_shifted_products(int from, int to)
    {
        using var scope = Tensor.Scope();
        Tensor x = Draw(0, 2, from, Height, Width), weight = Draw(1, to, from, 3, 3), bias = Draw(2, to), cotangent = Draw(3, 2, to, Height, Width);

        float[][] fused = Both(x, weight, bias, cotangent, (a, w, b) => a.Conv2d(w, b, padding: 1));
        float[][] summed = Both(x, weight, bias, cotangent, Shifted);

        foreach (var (got, want) in fused.Zip(summed))
        {
            float scale = want.Max(Math.Abs);
            Assert.All(got.Zip(want), pair => Assert.Equal(pair.Second, pair.First, 1e-5f * scale));
        }
    }

    [Theory]
    [InlineData(16, 16)]
    [InlineData(20, 8)]
    public void A_convolution_of_pictures_with_the_channels_last_in_memory_has_the_same_gradients(int from, int to)
    {
        using var scope = Tensor.Scope();
        Tensor x = Draw(0, 2, from, Height, Width), weight = Draw(1, to, from, 3, 3), bias = Draw(2, to), cotangent = Draw(3, 2, to, Height, Width);
        var turned = x.Permute(0, 2, 3, 1).Contiguous().Permute(0, 3, 1, 2);

        float[][] plain = Both(x, weight, bias, cotangent, (a, w, b) => a.Conv2d(w, b, padding: 1));
        float[][] last = Both(turned, weight, bias, cotangent, (a, w, b) => a.Conv2d(w, b, padding: 1));

        foreach (var (got, want) in last.Zip(plain))
        {
            float scale = want.Max(Math.Abs);
            Assert.All(got.Zip(want), pair => Assert.Equal(pair.Second, pair.First, 1e-5f * scale));
        }
    }

    private static Tensor Shifted(Tensor x, Tensor weight, Tensor bias)
    {
        long from = x.Size(1), to = weight.Size(0);
        var padded = x.Pad([1, 1, 1, 1], 0);                                                                      // [B, C, H + 2, W + 2]
        var sum = bias.Reshape(1, -1, 1, 1);
        for (int row = 0; row < 3; row++)
            for (int column = 0; column < 3; column++)
            {
                var window = padded.Narrow(2, row, Height).Narrow(3, column, Width).Reshape(-1, from, Height * Width);
                sum = sum + weight.Select(3, column).Select(2, row).MatMul(window).Reshape(-1, to, Height, Width);
            }
        return sum;
    }

    // The output, then the gradients of input, weight and bias.
    private static float[][] Both(Tensor x, Tensor weight, Tensor bias, Tensor cotangent, Func<Tensor, Tensor, Tensor, Tensor> convolve)
    {
        Tensor[] leaves = [x.Detach().RequireGrad(), weight.Detach().RequireGrad(), bias.Detach().RequireGrad()];
        var y = convolve(leaves[0], leaves[1], leaves[2]);
        return [y.ToArray<float>(), .. Autograd.Grad([y], leaves, [cotangent]).Select(gradient => gradient.ToArray<float>())];
    }

    private static Tensor Draw(int stream, params long[] shape) => Noise.Normal(new(11, NoisePurpose.Probe, Branch: stream), 0, shape);
}
