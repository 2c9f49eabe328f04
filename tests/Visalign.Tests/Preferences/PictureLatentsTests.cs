using Visalign.Generators;
using Visalign.Pictures;
using Visalign.Preferences;

namespace Visalign.Tests.Preferences;

public sealed class PictureLatentsTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_mean_is_the_encoders_and_draws_follow_their_key_whatever_is_read_beside_them(bool diffusion)
    {
        using var scope = Tensor.Scope();
        using var generator = ModelFolder.LoadNoise(diffusion ? TinyModel.CreateDiffusion(_root["model"]) : TinyModel.Create(_root["model"]));
        string[] paths = [Picture("a.png", 32, 1), Picture("b.png", 32, 2)];
        var key = new NoiseKey(1, NoisePurpose.Start);

        var mean = PictureLatents.Of(generator, paths, PictureLatentChoice.Mean, key);
        var drawn = PictureLatents.Of(generator, paths, PictureLatentChoice.Draw, key);

        using var noGradient = Autograd.NoGrad();
        var posterior = generator.Autoencoder.Encode(Tensor.From(RgbPicture.Batch([Png.Read(paths[1])]).Data, 1, 3, 32, 32));
        Assert.Equal([2, 4, 8, 8], mean.Shape.ToArray());
        Assert.Equal(posterior.Mean.ToArray<float>(), mean.Narrow(0, 1, 1).ToArray<float>());
        Assert.NotEqual(mean.ToArray<float>(), drawn.ToArray<float>());
        Assert.Equal(drawn.Narrow(0, 1, 1).ToArray<float>(), PictureLatents.Of(generator, [paths[1]], PictureLatentChoice.Draw, key with { Sample = 1 }).ToArray<float>());
    }

    [Fact]
    public void Latents_are_in_the_denoisers_scale()
    {
        using var scope = Tensor.Scope();
        using var noGradient = Autograd.NoGrad();
        string folder = TinyModel.Create(_root["model"]);
        var config = GeneratorConfig.Read(folder);
        string[] paths = [Picture("a.png", 32, 1)];
        var posteriors = new[] { 1.0, 3 }.Select(scale =>
        {
            (config with { LatentScale = scale }).Save(folder);
            using var generator = ModelFolder.LoadNoise(folder);
            return generator.Autoencoder.Encode(Tensor.From(RgbPicture.Batch([Png.Read(paths[0])]).Data, 1, 3, 32, 32));
        }).ToList();

        Assert.Equal((posteriors[0].Mean * 3).ToArray<float>(), posteriors[1].Mean.ToArray<float>());
        Assert.Equal((posteriors[0].Deviation() * 3).ToArray<float>(), posteriors[1].Deviation().ToArray<float>(), (a, b) => Math.Abs(a - b) <= 1e-5 * a);
    }

    [Fact]
    public void Pictures_of_another_size_are_refused()
    {
        using var generator = ModelFolder.LoadNoise(TinyModel.Create(_root["model"]));

        var fault = Assert.Throws<InputException>(() => PictureLatents.Of(generator, [Picture("a.png", 16, 1)], PictureLatentChoice.Mean, default));

        Assert.Contains("has 16x16 pixels, and the model draws 32x32", fault.Message, StringComparison.Ordinal);
    }

    private string Picture(string name, int side, int stream)
    {
        byte[] data = [.. Enumerable.Range(0, 3 * side * side).Select(i => (byte)Noise.Below(256, new(1, NoisePurpose.Probe, stream), i))];
        Png.Write(_root[name], new RgbPicture(data, side, side));
        return _root[name];
    }
}
