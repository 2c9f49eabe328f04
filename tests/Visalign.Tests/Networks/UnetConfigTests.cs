using System.Text.Json;
using Visalign.Networks;

namespace Visalign.Tests.Networks;

public sealed class UnetConfigTests
{
    private const string Sd15 = """
        {
          "_class_name": "UNet2DConditionModel", "_diffusers_version": "0.6.0", "act_fn": "silu", "attention_head_dim": 8, "block_out_channels": [320, 640, 1280, 1280],
          "center_input_sample": false, "cross_attention_dim": 768,
          "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"], "downsample_padding": 1, "flip_sin_to_cos": true,
          "freq_shift": 0, "in_channels": 4, "layers_per_block": 2, "mid_block_scale_factor": 1, "norm_eps": 1e-05, "norm_num_groups": 32, "out_channels": 4, "sample_size": 64,
          "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]
        }
        """;

    private const string Sdxl = """
        {
          "act_fn": "silu", "addition_embed_type": "text_time", "addition_embed_type_num_heads": 64, "addition_time_embed_dim": 256, "attention_head_dim": [5, 10, 20],
          "block_out_channels": [320, 640, 1280], "class_embed_type": null, "cross_attention_dim": 2048,
          "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"], "in_channels": 4, "layers_per_block": 2, "mid_block_type": "UNetMidBlock2DCrossAttn",
          "out_channels": 4, "projection_class_embeddings_input_dim": 2816, "resnet_out_scale_factor": 1.0, "resnet_time_scale_shift": "default", "sample_size": 128,
          "time_embedding_type": "positional", "transformer_layers_per_block": [1, 2, 10], "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
          "upcast_attention": null, "use_linear_projection": true
        }
        """;

    private static UnetConfig Read(string json, string key = "sample_size", object? value = null)
    {
        var entries = JsonSerializer.Deserialize<Dictionary<string, object?>>(json)!;
        entries[key] = value;
        return UnetConfig.Read(NetworkConfig.Of(JsonSerializer.SerializeToElement(entries), "unet/config.json"));
    }

    [Fact]
    public void The_key_that_says_head_dimension_counts_heads()
    {
        Assert.Equal([8, 8, 8, 8], Read(Sd15).Heads);
        Assert.Equal([5, 10, 20], Read(Sdxl).Heads);
    }

    [Fact]
    public void Blocks_of_the_way_up_are_listed_by_level_like_those_of_the_way_down()
    {
        Assert.Equal([true, true, true, false], Read(Sd15).AttendsDown);
        Assert.Equal([true, true, true, false], Read(Sd15).AttendsUp);
        Assert.Equal([false, true, true], Read(Sdxl).AttendsUp);
    }

    [Fact]
    public void Generations_differ_in_projections_depths_and_sizes()
    {
        Assert.Equal((false, true), (Read(Sd15).LinearProjection, Read(Sdxl).LinearProjection));
        Assert.Equal([null, 256], new[] { Read(Sd15).SizeFeatures, Read(Sdxl).SizeFeatures });
        Assert.Equal([1, 1, 1, 1], Read(Sd15).Depths);
        Assert.Equal([1, 2, 10], Read(Sdxl).Depths);
    }

    [Theory]
    [InlineData("act_fn", "mish", "unet/config.json: 'act_fn' is \"mish\", which is not supported; expected \"silu\" or \"swish\".")]
    [InlineData("time_cond_proj_dim", 256, "unet/config.json sets 'time_cond_proj_dim' (256), which this network does not support.")]
    [InlineData("class_embed_type", "timestep", "unet/config.json sets 'class_embed_type' (\"timestep\"), which this network does not support.")]
    [InlineData("addition_embed_type", "text", "unet/config.json: 'addition_embed_type' is \"text\", which is not supported; expected \"text_time\".")]
    [InlineData("down_block_types", new[] { "DownBlock2D", "AttnDownBlock2D", "DownBlock2D", "DownBlock2D" },
        "unet/config.json: 'down_block_types' has 'AttnDownBlock2D', which is not supported; expected 'DownBlock2D' or 'CrossAttnDownBlock2D'.")]
    [InlineData("up_block_types", new[] { "UpBlock2D" }, "unet/config.json: 'up_block_types' lists 1 words, expected 4, one a level.")]
    public void An_option_that_is_not_supported_is_refused_by_name(string key, object value, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<InputException>(() => Read(Sd15, key, value)).Message);
}
