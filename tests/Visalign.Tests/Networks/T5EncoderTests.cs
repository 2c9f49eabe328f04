using System.Text.Json;
using Visalign.Networks;
using static Visalign.Tests.Networks.TinyTextEncoders;

namespace Visalign.Tests.Networks;

public sealed class T5EncoderTests : IDisposable
{
    private const string Json = """
        { "architectures": ["T5EncoderModel"], "model_type": "t5", "vocab_size": 32128, "d_model": 4096, "d_kv": 64, "d_ff": 10240, "num_layers": 24, "num_heads": 64,
          "relative_attention_num_buckets": 32, "relative_attention_max_distance": 128, "feed_forward_proj": "gated-gelu", "dense_act_fn": "gelu_new", "is_gated_act": true,
          "layer_norm_epsilon": 1e-06, "dropout_rate": 0.1, "classifier_dropout": 0.0, "initializer_factor": 1.0, "is_encoder_decoder": true, "num_decoder_layers": 24, "output_past": true,
          "decoder_start_token_id": 0, "eos_token_id": 1, "pad_token_id": 0, "tie_word_embeddings": false, "use_cache": true, "torch_dtype": "float16", "transformers_version": "4.41.2" }
        """;

    private readonly TensorScope _scope = Tensor.Scope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Padding_changes_a_text_unless_it_is_masked()
    {
        var weights = T5Weights(T5, 1);
        Tensor ids = Ids(3, 4, 9, 1), padded = Ids(5, 4, 9, 1, 0, 0);

        var alone = T5Encoder.Encode(weights, T5, ids);
        var masked = T5Encoder.Encode(weights, T5, padded, Ids(5, 1, 1, 1, 0, 0)).Narrow(1, 0, 3);
        var seen = T5Encoder.Encode(weights, T5, padded).Narrow(1, 0, 3);

        Assert.True(Distance(alone, masked) < 1e-5);
        Assert.True(Distance(alone, seen) > 1e-3);
    }

    [Fact]
    public void A_mask_of_ones_changes_nothing_and_texts_of_a_batch_do_not_see_each_other()
    {
        var weights = T5Weights(T5, 1);

        var both = T5Encoder.Encode(weights, T5, Ids(3, 4, 9, 1, 7, 7, 1), Tensor.Ones([2, 3], DType.Int64));

        Assert.True(Distance(both.Select(0, 1), T5Encoder.Encode(weights, T5, Ids(3, 7, 7, 1)).Select(0, 0)) < 1e-5);
    }

    [Fact]
    public void Without_position_biases_the_order_of_tokens_means_nothing()
    {
        var ordered = T5Weights(T5, 1);
        var blind = Weights.Of(ordered.All().Select(entry => (entry.Name, entry.Name.Contains("relative", StringComparison.Ordinal) ? entry.Tensor * 0 : entry.Tensor)));
        Tensor ids = Ids(4, 4, 9, 6, 1), turned = ids.Flip(1);

        Assert.True(Distance(T5Encoder.Encode(blind, T5, ids), T5Encoder.Encode(blind, T5, turned).Flip(1)) < 1e-5);
        Assert.True(Distance(T5Encoder.Encode(ordered, T5, ids), T5Encoder.Encode(ordered, T5, turned).Flip(1)) > 1e-3);
    }

    [Fact]
    public void A_table_in_every_block_is_used_there_only_where_the_configuration_says_so()
    {
        var own = T5 with { BiasPerBlock = true };
        var weights = T5Weights(own, 1);
        var changed = Weights.Of(weights.All().Select(entry => (entry.Name, entry.Name.Contains("block.1.layer.0.SelfAttention.relative", StringComparison.Ordinal) ? entry.Tensor * 3 : entry.Tensor)));
        var ids = Ids(4, 4, 9, 6, 1);

        Assert.True(Distance(T5Encoder.Encode(weights, own, ids), T5Encoder.Encode(changed, own, ids)) > 1e-3);
        Assert.True(Same(T5Encoder.Encode(weights, T5, ids), T5Encoder.Encode(changed, T5, ids)));
    }

    [Fact]
    public void Plain_and_gated_layers_want_their_own_tensors()
    {
        var ids = Ids(2, 4, 1);

        Assert.Contains("'encoder.block.0.layer.1.DenseReluDense.wi'", Assert.Throws<InputException>(() => T5Encoder.Encode(T5Weights(T5, 1), T5 with { Gated = false }, ids)).Message, StringComparison.Ordinal);
        Assert.Equal([1, 2, 24], T5Encoder.Encode(T5Weights(T5 with { Gated = false }, 1), T5 with { Gated = false }, ids).Shape.ToArray());
    }

    [Fact] // By hand for 8 buckets to 12: 4 a side, 2 exact; from 2 on 2 + floor(2 ln(n/2) / ln 6): 2 at 2 to 4, 3 from 5 on.
    public void Distances_are_sorted_into_buckets_as_by_hand()
    {
        int[] Both(params int[] distances) => [.. distances.Select(distance => RelativeBuckets.Of(distance, 8, 12, bidirectional: true))];

        Assert.Equal([0, 1, 2, 2, 3, 3, 3], Both(0, -1, -2, -4, -5, -12, -900));
        Assert.Equal([5, 6, 6, 7, 7], Both(1, 2, 4, 5, 900));
        Assert.Equal([0, 0, 3, 7], new[] { 9, 0, -3, -900 }.Select(distance => RelativeBuckets.Of(distance, 8, 12, bidirectional: false)));
    }

    [Fact]
    public void Buckets_of_pairs_are_those_of_key_less_query()
    {
        long[] pairs = RelativeBuckets.OfPairs(4, 8, 12);

        for (int query = 0; query < 4; query++)
            for (int key = 0; key < 4; key++)
                Assert.Equal(RelativeBuckets.Of(key - query, 8, 12, bidirectional: true), pairs[query * 4 + key]);
    }

    [Fact]
    public void Encoding_leaves_nothing_but_its_result_behind()
    {
        var weights = T5Weights(T5, 1);
        var (ids, mask) = (Ids(3, 1, 2, 3), Ids(3, 1, 1, 0));
        long before = Tensor.LiveCount;

        T5Encoder.Encode(weights, T5, ids, mask);

        Assert.Equal(before + 1, Tensor.LiveCount);
    }

    [Fact]
    public void Published_configurations_are_read()
    {
        var config = T5Config.Read(Config(Json));

        Assert.Equal(new T5Config { VocabularySize = 32128, Width = 4096, HeadWidth = 64, HiddenWidth = 10240, Blocks = 24, Heads = 64, Gated = true }, config);
        Assert.True(T5Config.Read(Config(Json.Replace("\"t5\"", "\"umt5\"", StringComparison.Ordinal))).BiasPerBlock);
        Assert.False(T5Config.Read(Config(Json.Replace("gated-gelu", "relu", StringComparison.Ordinal))).Gated);
    }

    [Theory]
    [InlineData("gated-gelu", "gated-silu", "'feed_forward_proj' is \"gated-silu\", which is not supported; expected \"relu\" or \"gated-gelu\".")]
    [InlineData("\"output_past\": true", "\"parallel_attention\": true", "'parallel_attention' (true), which this network does not support.")]
    [InlineData("\"t5\"", "\"mt5\"", "'model_type' is \"mt5\", which is not supported; expected \"t5\" or \"umt5\".")]
    [InlineData("\"relative_attention_max_distance\": 128", "\"relative_attention_max_distance\": 8", "32 buckets do not cover distances up to 8; expected 4 or more, and a distance beyond a quarter of them.")]
    public void An_option_it_does_not_support_is_named(string old, string changed, string sentence) =>
        Assert.EndsWith(sentence, Assert.Throws<InputException>(() => T5Config.Read(Config(Json.Replace(old, changed, StringComparison.Ordinal)))).Message, StringComparison.Ordinal);

    private static NetworkConfig Config(string json) => NetworkConfig.Of(JsonDocument.Parse(json).RootElement, "text_encoder_3/config.json");
}
