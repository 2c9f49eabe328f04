using System.Text.Json;
using Visalign.Networks;
using Visalign.Pictures;
using Visalign.Tests.Pictures;

namespace Visalign.Tests.Networks;

public sealed class ClipPicturesTests : IDisposable
{
    private const string Json = """
        { "crop_size": 224, "do_center_crop": true, "do_normalize": true, "do_resize": true, "feature_extractor_type": "CLIPFeatureExtractor",
          "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711], "resample": 3, "size": 224 }
        """;

    private readonly TensorScope _scope = Tensor.Scope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Old_and_new_configurations_are_read()
    {
        Assert.Equal(ClipPictures.Square(224), ClipPictures.Read(Config(Json)));
        var pictures = new ClipPictures { ShorterSide = 40, CropHeight = 30, CropWidth = 20, Mean = (0.5, 0.25, 0.125), Deviation = (1, 2, 4) };
        Assert.Equal(pictures, ClipPictures.Read(Config(pictures.ToJson().ToJsonString())));
    }

    [Theory]
    [InlineData("\"resample\": 3", "\"resample\": 2", "preprocessor_config.json: 'resample' is 2, which is not supported; expected 3.")]
    [InlineData("\"do_center_crop\": true", "\"do_center_crop\": false", "preprocessor_config.json: 'do_center_crop' is false, which is not supported; expected true.")]
    [InlineData("\"crop_size\": 224", "\"crop_size\": 225", "preprocessor_config.json: a crop of 225×225 does not fit into pictures whose shorter side is 224.")]
    [InlineData("\"size\": 224", "\"size\": {\"height\": 3, \"width\": 4}", "preprocessor_config.json: 'size' is 4×3, expected the length of the shorter side.")]
    [InlineData("0.4578275, ", "", "preprocessor_config.json: 'image_mean' needs three numbers, one a channel.")]
    public void What_is_not_supported_is_named(string old, string changed, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<InputException>(() => ClipPictures.Read(Config(Json.Replace(old, changed, StringComparison.Ordinal)))).Message);

    [Theory]
    [InlineData(40, 60)]
    [InlineData(61, 33)]
    [InlineData(24, 24)]
    [InlineData(16, 20)]
    public void The_way_with_gradients_differs_from_that_of_bytes_by_rounding_alone(int height, int width)
    {
        var pictures = SamplePictures.Random(seed: 3, count: 1, height, width);
        var bytes = RgbPicture.Of(pictures, 0);
        var pixels = Tensor.From(RgbPicture.Batch([bytes]).Data, 1, 3, height, width);
        var preparation = ClipPictures.Square(24) with { CropHeight = 20, CropWidth = 24, Deviation = (1, 1, 1) };

        var difference = (preparation.Prepare(pixels).Squeeze(0) - preparation.Prepare(bytes)).Abs();

        // Bytes are rounded after either pass, by half a level each; the second pass weighs the first's roundings, with weights of absolute sum at most 1.5.
        Assert.InRange(difference.Reshape(-1).Max([0]).Item() * 255, 0, 0.5 + 1.5 * 0.5 + 0.01);
        Assert.InRange(difference.Mean().Item() * 255, 0, 0.4);
    }

    [Fact]
    public void Its_gradient_is_the_slope()
    {
        var preparation = ClipPictures.Square(8);
        var pixels = Tensor.From(SamplePictures.Random(seed: 3, count: 2, 13, 17).Data, 2, 3, 13, 17) * 0.4 + 0.3;  // no clipping
        var weights = Noise.Normal(new(1, NoisePurpose.Probe), 0, 2, 3, 8, 8);

        var (promised, shown) = FiniteDifferences.Along(x => (preparation.Prepare(x) * weights).Sum(), pixels, seed: 2, step: 0.05);

        Assert.Equal(promised, shown, 1e-3 * Math.Abs(promised) + 1e-4);  // linear, so only fp32 rounding separates them
    }

    private static NetworkConfig Config(string json) => NetworkConfig.Of(JsonDocument.Parse(json).RootElement, "preprocessor_config.json");
}
