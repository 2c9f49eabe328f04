using System.Text.Json;
using Visalign.Networks;

namespace Visalign.Tests.Networks;

public sealed class KlAutoencoderTests
{
    private static Tensor Draw(params long[] shape) => Noise.Normal(new(7, NoisePurpose.Probe), 0, shape);

    private static KlAutoencoderConfig Read(string json) => KlAutoencoderConfig.Read(NetworkConfig.Of(JsonDocument.Parse(json).RootElement, "vae/config.json"));

    [Fact]
    public void Two_levels_halve_the_sides_of_a_picture_and_double_those_of_latents()
    {
        using var scope = Tensor.Scope();
        var weights = TinyCheckpoint.Autoencoder();

        var moments = KlAutoencoder.Encode(weights, TinyCheckpoint.AutoencoderConfig, Draw(2, 3, 12, 10));
        var pictures = KlAutoencoder.Decode(weights, TinyCheckpoint.AutoencoderConfig, LatentPosterior.Of(moments).Mean);

        Assert.Equal([2, 8, 6, 5], moments.Shape.ToArray());
        Assert.Equal([2, 3, 12, 10], pictures.Shape.ToArray());
    }

    [Fact]
    public void Quant_convolutions_are_run_only_where_the_config_has_them()
    {
        using var scope = Tensor.Scope();
        var weights = TinyCheckpoint.Autoencoder();
        var without = TinyCheckpoint.AutoencoderConfig with { QuantConv = false, PostQuantConv = false };
        Tensor picture = Draw(1, 3, 4, 4), latents = Draw(1, 4, 2, 2);

        var bare = KlAutoencoder.Encode(weights, without, picture);
        var moments = KlAutoencoder.Encode(weights, TinyCheckpoint.AutoencoderConfig, picture);
        var shifted = KlAutoencoder.Decode(weights, without, Layers.Conv(weights["post_quant_conv"], latents));

        Assert.Equal(Layers.Conv(weights["quant_conv"], bare).ToArray<float>(), moments.ToArray<float>());
        Assert.Equal(KlAutoencoder.Decode(weights, TinyCheckpoint.AutoencoderConfig, latents).ToArray<float>(), shifted.ToArray<float>());
    }

    [Fact]
    public void An_adapter_of_every_layer_changes_each_of_them()
    {
        using var scope = Tensor.Scope();
        var weights = TinyCheckpoint.Autoencoder();
        string[] layers = [.. weights.All().Where(entry => entry.Tensor.Rank is 2 or 4).Select(entry => entry.Name[..^".weight".Length])];
        using var adapter = Adapter.Of(weights, new() { Rank = 2, Targets = [.. layers] }, seed: 3);

        var moments = KlAutoencoder.Encode(adapter.Weights, TinyCheckpoint.AutoencoderConfig, Draw(1, 3, 8, 8));
        var picture = KlAutoencoder.Decode(adapter.Weights, TinyCheckpoint.AutoencoderConfig, LatentPosterior.Of(moments).Mean);
        Autograd.Backward(moments.Square().Sum() + picture.Square().Sum());

        Assert.Equal(2 * layers.Length, adapter.Parameters.Slots.Count);
        Assert.All(adapter.Parameters.Slots.Where(slot => slot.Name.EndsWith("lora_B.weight", StringComparison.Ordinal)),
            slot => Assert.True(slot.Of(adapter.Parameters.Gradients).Norm().Item() > 0, slot.Name));
    }

    [Fact]
    public void Nothing_but_the_results_is_left_behind_and_the_arguments_live_on()
    {
        using var scope = Tensor.Scope();
        var weights = TinyCheckpoint.Autoencoder();
        Tensor picture = Draw(1, 3, 4, 4), latents = Draw(1, 4, 2, 2);
        var without = TinyCheckpoint.AutoencoderConfig with { QuantConv = false, PostQuantConv = false };
        long before = Tensor.LiveCount;

        using var moments = KlAutoencoder.Encode(weights, without, picture);
        using var pictures = KlAutoencoder.Decode(weights, without, latents);

        Assert.Equal(before + 2, Tensor.LiveCount);
        Assert.False(picture.IsDisposed || latents.IsDisposed);
    }

    // By hand, SD3's numbers: (1.0609 - 0.0609) · 1.5305.
    [Fact]
    public void The_denoisers_latents_are_shifted_first_and_scaled_then()
    {
        using var scope = Tensor.Scope();
        var config = TinyCheckpoint.AutoencoderConfig with { ScalingFactor = 1.5305, ShiftFactor = 0.0609 };

        Assert.Equal(1.5305, KlAutoencoder.ToDenoiser(config, Tensor.Of(1.0609)).Item(), 1e-6);
        Assert.Equal(1.0609, KlAutoencoder.FromDenoiser(config, Tensor.Of(1.5305)).Item(), 1e-6);
    }

    [Fact]
    public void A_config_without_a_scale_is_that_of_SD15_and_one_without_a_shift_has_none()
    {
        var config = Read("""
            { "act_fn": "silu", "block_out_channels": [128, 256], "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D"], "latent_channels": 4, "layers_per_block": 2,
              "norm_num_groups": 32, "sample_size": 512, "shift_factor": null, "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D"] }
            """);

        Assert.Equal((0.18215, 0.0, true, true), (config.ScalingFactor, config.ShiftFactor, config.QuantConv, config.PostQuantConv));
    }

    [Theory]
    [InlineData("\"latents_mean\": [0.1]", "vae/config.json sets 'latents_mean' ([0.1]), which this network does not support.")]
    [InlineData("\"mid_block_add_attention\": false", "vae/config.json: 'mid_block_add_attention' is false, which is not supported; expected true.")]
    [InlineData("\"down_block_types\": [\"AttnDownEncoderBlock2D\"]", "vae/config.json: 'down_block_types' has 'AttnDownEncoderBlock2D', which is not supported; expected 'DownEncoderBlock2D'.")]
    public void An_option_that_is_not_supported_is_refused_by_name(string entry, string sentence)
    {
        string types = entry.Contains("down_block_types", StringComparison.Ordinal) ? "" : "\"down_block_types\": [\"DownEncoderBlock2D\"], ";

        string json = $$"""{ "block_out_channels": [8], {{types}}"up_block_types": ["UpDecoderBlock2D"], {{entry}} }""";

        Assert.Equal(sentence, Assert.Throws<InputException>(() => Read(json)).Message);
    }
}
