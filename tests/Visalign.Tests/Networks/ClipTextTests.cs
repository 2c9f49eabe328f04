using System.Text.Json;
using Visalign.Networks;
using static Visalign.Tests.Networks.TinyTextEncoders;

namespace Visalign.Tests.Networks;

public sealed class ClipTextTests : IDisposable
{
    private const string Json = """
        { "architectures": ["CLIPTextModel"], "model_type": "clip_text_model", "vocab_size": 49408, "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12,
          "num_attention_heads": 12, "max_position_embeddings": 77, "hidden_act": "quick_gelu", "layer_norm_eps": 1e-05, "eos_token_id": 2, "bos_token_id": 0, "pad_token_id": 1,
          "projection_dim": 768, "dropout": 0.0, "attention_dropout": 0.0, "initializer_factor": 1.0, "initializer_range": 0.02, "torch_dtype": "float32", "transformers_version": "4.22.0.dev0" }
        """;

    private readonly TensorScope _scope = Tensor.Scope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Later_tokens_change_no_earlier_state_and_earlier_ones_do_change_later_states()
    {
        var weights = ClipWeights(Clip, 1, projection: 4);

        var states = ClipText.Encode(weights, Clip, Ids(5, 3, 7, 2, 9, 19, 3, 7, 5, 9, 19)).LastHiddenState;

        var (one, two) = (states.Select(0, 0), states.Select(0, 1));                                       // they differ at token 2
        Assert.True(Distance(one.Narrow(0, 0, 2), two.Narrow(0, 0, 2)) < 1e-6);
        Assert.All(new[] { 2, 3, 4 }, token => Assert.True(Distance(one.Select(0, token), two.Select(0, token)) > 1e-3));
    }

    [Fact]
    public void A_masked_token_may_be_anything()
    {
        var weights = ClipWeights(Clip, 1, projection: 4);
        var mask = Ids(4, 1, 0, 1, 1);

        var one = ClipText.Encode(weights, Clip, Ids(4, 3, 7, 2, 9), mask).LastHiddenState;
        var two = ClipText.Encode(weights, Clip, Ids(4, 3, 8, 2, 9), mask).LastHiddenState;
        var seen = ClipText.Encode(weights, Clip, Ids(4, 3, 8, 2, 9)).LastHiddenState;

        Assert.True(Distance(one.Narrow(1, 2, 2), two.Narrow(1, 2, 2)) < 1e-6);
        Assert.True(Distance(two.Narrow(1, 2, 2), seen.Narrow(1, 2, 2)) > 1e-3);
    }

    [Fact]
    public void Pooling_takes_the_first_largest_id_or_the_first_place_of_a_given_one()
    {
        var weights = ClipWeights(Clip, 1, projection: 4);
        var ids = Ids(5, 3, 19, 5, 19, 19, 3, 4, 5, 5, 2);

        void Expect(int? token, int first, int second)
        {
            var states = ClipText.Encode(weights, Clip with { PooledToken = token }, ids);
            Assert.True(Same(states.Pooled.Select(0, 0), states.LastHiddenState.Select(0, 0).Select(0, first)));
            Assert.True(Same(states.Pooled.Select(0, 1), states.LastHiddenState.Select(0, 1).Select(0, second)));
        }

        Expect(null, 1, 2);
        Expect(5, 2, 2);
        Expect(19, 1, 0);  // the second text has no 19
    }

    [Fact]
    public void The_last_state_is_the_last_hidden_state_normalized()
    {
        var weights = ClipWeights(Clip, 1, projection: 4);

        var states = ClipText.Encode(weights, Clip, Ids(3, 1, 2, 3));

        Assert.Equal(Clip.Blocks + 1, states.HiddenStates.Count);
        Assert.True(Same(states.LastHiddenState, ClipText.Normalize(weights, Clip, states.HiddenStates[^1])));
        Assert.Equal([1, 4], ClipText.Project(weights, states.Pooled).Shape.ToArray());
    }

    [Fact]
    public void A_text_longer_than_the_positions_is_refused() =>
        Assert.Equal("The text encoder has 7 positions, got texts of 8 tokens; shorten them to fit.",
            Assert.Throws<InputException>(() => ClipText.Encode(ClipWeights(Clip, 1, 4), Clip, Tensor.Zeros([1, 8], DType.Int64))).Message);

    [Fact]
    public void Encoding_leaves_nothing_but_its_states_behind()
    {
        var weights = ClipWeights(Clip, 1, projection: 4);
        var (ids, mask) = (Ids(3, 1, 2, 3), Ids(3, 1, 1, 0));
        long before = Tensor.LiveCount;

        ClipText.Encode(weights, Clip, ids, mask);

        Assert.Equal(before + Clip.Blocks + 3, Tensor.LiveCount);
    }

    [Fact]
    public void A_published_configuration_is_read()
    {
        var config = ClipTextConfig.Read(Config(Json));

        Assert.Equal(new ClipTextConfig { VocabularySize = 49408, Width = 768, HiddenWidth = 3072, Blocks = 12, Heads = 12 }, config);
        Assert.Equal(49407, ClipTextConfig.Read(Config(Json.Replace("\"eos_token_id\": 2", "\"eos_token_id\": 49407", StringComparison.Ordinal))).PooledToken);
        Assert.Equal(ClipActivation.Gelu, ClipTextConfig.Read(Config(Json.Replace("quick_gelu", "gelu", StringComparison.Ordinal))).Activation);
    }

    [Theory]
    [InlineData("\"dropout\": 0.0", "\"use_attention_mask\": true", "'use_attention_mask' (true), which this network does not support.")]
    [InlineData("quick_gelu", "silu", "'hidden_act' is \"silu\", which is not supported; expected \"quick_gelu\" or \"gelu\".")]
    [InlineData("\"vocab_size\": 49408,", "", "lacks 'vocab_size'.")]
    [InlineData("\"num_attention_heads\": 12", "\"num_attention_heads\": 7", "7 heads do not divide a width of 768.")]
    public void An_option_it_does_not_support_is_named(string old, string changed, string sentence) =>
        Assert.EndsWith(sentence, Assert.Throws<InputException>(() => ClipTextConfig.Read(Config(Json.Replace(old, changed, StringComparison.Ordinal)))).Message, StringComparison.Ordinal);

    private static NetworkConfig Config(string json) => NetworkConfig.Of(JsonDocument.Parse(json).RootElement, "text_encoder/config.json");
}
