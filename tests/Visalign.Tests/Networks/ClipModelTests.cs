using System.Text.Json;
using Visalign.Networks;
using static Visalign.Tests.Networks.TinyTextEncoders;

namespace Visalign.Tests.Networks;

public sealed class ClipModelTests : IDisposable
{
    private const string Json = """
        { "architectures": ["CLIPModel"], "initializer_factor": 1.0, "logit_scale_init_value": 2.6592, "model_type": "clip", "projection_dim": 768, "torch_dtype": "float32", "transformers_version": null,
          "text_config": { "_name_or_path": "", "add_cross_attention": false, "attention_dropout": 0.0, "bad_words_ids": null, "bos_token_id": 0, "chunk_size_feed_forward": 0, "diversity_penalty": 0.0,
            "do_sample": false, "dropout": 0.0, "early_stopping": false, "encoder_no_repeat_ngram_size": 0, "eos_token_id": 2, "hidden_act": "quick_gelu", "hidden_size": 768, "id2label": { "0": "LABEL_0" },
            "initializer_factor": 1.0, "initializer_range": 0.02, "intermediate_size": 3072, "is_decoder": false, "label2id": { "LABEL_0": 0 }, "layer_norm_eps": 1e-05, "length_penalty": 1.0, "max_length": 20,
            "max_position_embeddings": 77, "min_length": 0, "model_type": "clip_text_model", "no_repeat_ngram_size": 0, "num_attention_heads": 12, "num_beam_groups": 1, "num_beams": 1, "num_hidden_layers": 12,
            "num_return_sequences": 1, "pad_token_id": 1, "projection_dim": 768, "pruned_heads": {}, "repetition_penalty": 1.0, "return_dict": true, "temperature": 1.0, "tie_word_embeddings": true, "top_k": 50,
            "top_p": 1.0, "torch_dtype": null, "transformers_version": "4.16.0.dev0", "typical_p": 1.0, "use_bfloat16": false, "vocab_size": 49408 },
          "text_config_dict": { "hidden_size": 768 },
          "vision_config": { "attention_dropout": 0.0, "dropout": 0.0, "hidden_act": "quick_gelu", "hidden_size": 1024, "image_size": 224, "initializer_factor": 1.0, "initializer_range": 0.02,
            "intermediate_size": 4096, "layer_norm_eps": 1e-05, "model_type": "clip_vision_model", "num_attention_heads": 16, "num_hidden_layers": 24, "patch_size": 14, "projection_dim": 768, "top_k": 50 },
          "vision_config_dict": { "hidden_size": 1024 } }
        """;

    private readonly TensorScope _scope = Tensor.Scope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void A_published_configuration_is_read()
    {
        var config = ClipConfig.Read(Config(Json));

        Assert.Equal(new ClipTextConfig { VocabularySize = 49408, Width = 768, HiddenWidth = 3072, Blocks = 12, Heads = 12 }, config.Text);
        Assert.Equal(new ClipVisionConfig { Width = 1024, HiddenWidth = 4096, Blocks = 24, Heads = 16, ImageSize = 224, PatchSize = 14 }, config.Vision);
        Assert.Equal((768, 16), (config.ProjectionWidth, config.Vision.Side));
    }

    [Fact]
    public void What_is_written_is_read_back() =>
        Assert.Equal(TinyTowers.Config, ClipConfig.Read(Config(TinyTowers.Config.ToJson().ToJsonString())));

    [Theory]
    [InlineData("\"patch_size\": 14", "\"patch_size\": 300", "config.json, vision_config: patches of 300 pixels do not fit into pictures of 224.")]
    [InlineData("\"num_attention_heads\": 16", "\"num_attention_heads\": 15", "config.json, vision_config: 15 heads do not divide a width of 1024.")]
    [InlineData("\"patch_size\": 14", "\"patch_size\": 14, \"num_channels\": 4", "config.json, vision_config: 'num_channels' is 4, which is not supported; expected 3.")]
    [InlineData("\"use_bfloat16\": false", "\"use_attention_mask\": true", "config.json, text_config sets 'use_attention_mask' (true), which this network does not support.")]
    [InlineData("\"projection_dim\": 768, \"torch_dtype\": \"float32\"", "\"torch_dtype\": \"float32\"", "config.json lacks 'projection_dim'.")]
    public void An_option_it_does_not_support_is_named(string old, string changed, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<InputException>(() => ClipConfig.Read(Config(Json.Replace(old, changed, StringComparison.Ordinal)))).Message);

    [Fact]
    public void Embeddings_lie_on_the_unit_sphere_and_logits_are_their_scaled_cosines()
    {
        var weights = TinyTowers.Weights();
        var pictures = ClipModel.EmbedPictures(weights, TinyTowers.Config, Noise.Normal(new(1, NoisePurpose.Probe), 0, 3, 3, 32, 32));
        var texts = ClipModel.EmbedTexts(weights, TinyTowers.Config, Ids(9, 1, 7, 33, 0, 0, 0, 0, 0, 0, 4, 8, 33, 0, 0, 0, 0, 0, 0));

        var logits = ClipModel.LogitsPerText(weights, texts, pictures);

        Assert.All([.. pictures.Square().Sum([1]).ToArray<float>(), .. texts.Square().Sum([1]).ToArray<float>()], length => Assert.Equal(1, length, 1e-5f));
        Assert.Equal([2, 3], logits.Shape.ToArray());
        Assert.Equal((texts.Select(0, 1) * pictures.Select(0, 2)).Sum().Item() / 0.07, logits.Select(0, 1).Select(0, 2).Item(), 1e-4);
    }

    [Fact]
    public void Pictures_of_another_size_are_refused_unless_places_are_interpolated()
    {
        var (weights, vision) = (TinyTowers.Weights(), TinyTowers.Config.Vision);
        var wide = Noise.Normal(new(1, NoisePurpose.Probe), 0, 1, 3, 24, 40);

        Assert.Equal("The picture encoder reads 32×32 pixels, got 40×24; prepare the pictures, or interpolate the places.",
            Assert.Throws<InputException>(() => ClipVision.Encode(weights, vision, wide)).Message);
        Assert.Equal([1, 16, 16], ClipVision.Encode(weights, vision, wide, interpolate: true).HiddenStates[0].Shape.ToArray());  // 1 + 3 · 5 places
    }

    [Fact]
    public void Interpolation_to_the_own_size_changes_nothing()
    {
        var (weights, vision) = (TinyTowers.Weights(), TinyTowers.Config.Vision);
        var pixels = Noise.Normal(new(1, NoisePurpose.Probe), 0, 2, 3, 32, 32);

        Assert.True(Same(ClipVision.Encode(weights, vision, pixels).Pooled, ClipVision.Encode(weights, vision, pixels, interpolate: true).Pooled));
    }

    [Fact]
    public void Encoding_leaves_nothing_but_its_states_behind()
    {
        var (weights, vision) = (TinyTowers.Weights(), TinyTowers.Config.Vision);
        var pixels = Noise.Normal(new(1, NoisePurpose.Probe), 0, 2, 3, 32, 32);
        long before = Tensor.LiveCount;

        ClipVision.Encode(weights, vision, pixels);

        Assert.Equal(before + vision.Blocks + 2, Tensor.LiveCount);
    }

    private static NetworkConfig Config(string json) => NetworkConfig.Of(JsonDocument.Parse(json).RootElement, "config.json");
}
