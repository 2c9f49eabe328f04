using System.Text.Json;
using Visalign.Networks;

namespace Visalign.Tests.Networks;

public sealed class VqAutoencoderTests
{
    private static readonly VqAutoencoderConfig Small = new()
    {
        Codes = 12, CodeWidth = 4, LatentChannels = 8, BaseChannels = 8, EncoderLevels = [1, 2], DecoderLevels = [1, 2], Blocks = 1, Groups = 4, Fold = 2,
    };

    [Fact]
    public void Codes_of_a_folded_picture_lie_a_stride_apart_and_decode_to_its_size()
    {
        using var scope = Tensor.Scope();
        var w = Weights.Of(VqAutoencoder.Initialize(Small, 1));

        var codes = VqAutoencoder.Encode(w, Small, TinyGpt.Normal(2, [2, 3, 16, 24]));

        Assert.Equal(4, Small.Stride);
        Assert.Equal([2, 4, 6], codes.Shape.ToArray());
        Assert.Equal([2, 3, 16, 24], VqAutoencoder.Decode(w, Small, codes).Shape.ToArray());
    }

    [Fact]
    public void An_entry_is_its_own_nearest_and_entries_have_length_one()
    {
        using var scope = Tensor.Scope();
        var quantizer = Weights.Of(VqAutoencoder.Initialize(Small, 3))["quantize"];
        var every = Tensor.Arange(0, Small.Codes, dtype: DType.Int64).Reshape(1, 3, 4);

        var entries = VectorQuantizer.Entries(quantizer, Small, every);

        Assert.True(VectorQuantizer.Indices(quantizer, Small, entries * 7).SameAs(every));
        Assert.All(entries.Square().Sum([1]).ToArray<float>(), length => Assert.Equal(1, length, 1e-5));
    }

    [Fact]
    public void Training_draws_codes_to_latents_and_latents_to_codes_each_by_its_own_term()
    {
        using var scope = Tensor.Scope();
        var table = TinyGpt.Normal(4, [Small.Codes, Small.CodeWidth]).RequireGrad();
        var latents = TinyGpt.Normal(5, [1, Small.CodeWidth, 2, 2]).RequireGrad();
        var w = Weights.Of([("embedding.weight", table)]);
        var losses = VectorQuantizer.Losses(w, Small, latents, VectorQuantizer.Indices(w, Small, latents));

        Autograd.Backward(losses.Codebook, retainGraph: true);
        Assert.NotNull(table.Gradient);
        Assert.Null(latents.Gradient);
        table.SetGradient(null);
        Autograd.Backward(losses.Commitment);
        Assert.Null(table.Gradient);
        Assert.NotNull(latents.Gradient);
        Assert.Equal(0, losses.Entropy.Item());
    }

    [Fact]
    public void A_config_is_read_as_it_is_written()
    {
        Assert.Equal(Small, Read(Small.ToJson().ToJsonString()));
        Assert.Equal(new VqAutoencoderConfig(), Read("{}"));
        Assert.Equal(16, new VqAutoencoderConfig().Stride);
    }

    [Theory]
    [InlineData("""{ "encoder_ch_mult": [1, 2] }""", "'encoder_ch_mult' has 2 levels and 'decoder_ch_mult' 5")]
    [InlineData("""{ "base_channels": 20 }""", "expected channels that 32 groups share evenly.")]
    [InlineData("""{ "use_lpips": true }""", "'use_lpips' (true)")]
    public void A_config_that_makes_no_sense_is_refused_by_name(string json, string words) =>
        Assert.Contains(words, Assert.Throws<InputException>(() => Read(json)).Message, StringComparison.Ordinal);

    private static VqAutoencoderConfig Read(string json) => VqAutoencoderConfig.Read(NetworkConfig.Of(JsonDocument.Parse(json).RootElement, "config.json"));
}
