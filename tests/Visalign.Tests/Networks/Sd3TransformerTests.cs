using System.Text.Json;
using Visalign.Networks;
using Visalign.Tests.Oracles;

namespace Visalign.Tests.Networks;

public sealed class Sd3TransformerTests : IDisposable
{
    private readonly TensorScope _scope = Tensor.Scope();

    public void Dispose() => _scope.Dispose();

    private static Sd3TransformerConfig Read(string json) => Sd3TransformerConfig.Read(NetworkConfig.Of(JsonDocument.Parse(json).RootElement, "transformer/config.json"));

    [Fact]
    public void Keys_that_are_missing_have_the_values_of_SD3_medium()
    {
        var config = Read("""{ "_class_name": "SD3Transformer2DModel", "num_layers": 24, "num_attention_heads": 24, "caption_projection_dim": 1536, "pos_embed_max_size": 192 }""");

        Assert.Equal((24, 1536, 192, 4096, false), (config.Blocks, config.Width, config.PositionTableSide, config.TextWidth, config.NormalizesQueriesAndKeys));
        Assert.Empty(config.DualAttentionBlocks);
    }

    [Theory]
    [InlineData("""{ "qk_norm": "layer_norm" }""", "transformer/config.json: 'qk_norm' is \"layer_norm\", which is not supported; expected \"rms_norm\".")]
    [InlineData("""{ "num_attention_heads": 24 }""", "transformer/config.json: 'caption_projection_dim' is 1152, expected 1536, the number of heads times their width.")]
    [InlineData("""{ "guidance_embeds": true }""", "transformer/config.json sets 'guidance_embeds' (true), which this network does not support.")]
    public void What_the_network_cannot_do_is_refused(string json, string expected) =>
        Assert.Equal(expected, Assert.Throws<InputException>(() => Read(json)).Message);

    [Fact]
    public void A_picture_larger_than_the_table_of_positions_is_refused()
    {
        var (w, config) = Small();

        var error = Assert.Throws<InputException>(() => Sd3Transformer.Velocity(w, config, Tensor.Zeros([1, 4, 26, 4]), Tensor.Ones([1]), Tensor.Zeros([1, 4, config.TextWidth]), Tensor.Zeros([1, config.PooledWidth])));

        Assert.Contains("make 13×2 tokens, but this transformer knows 12×12 positions", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Adapters_go_to_all_projections_of_both_streams_and_of_the_second_attention()
    {
        var (w, _) = Small();

        using var adapter = Adapter.Of(w, new() { Rank = 1 }, seed: 1);

        Assert.Equal(["add_k_proj", "add_q_proj", "add_v_proj", "to_add_out", "to_k", "to_out.0", "to_q", "to_v"], Ends("attn"));
        Assert.Equal(["to_k", "to_out.0", "to_q", "to_v"], Ends("attn2"));

        IEnumerable<string> Ends(string part) => adapter.Layers.Select(layer => layer.Layer).Where(name => name.StartsWith($"transformer_blocks.0.{part}.", StringComparison.Ordinal)).Select(name => name.Split($".{part}.")[1]);
    }

    [Fact]
    public void A_forward_leaves_its_result_alone_alive()
    {
        var (w, config) = Small();
        Tensor latents = Tensor.Zeros([2, 4, 6, 8]), times = Tensor.Ones([2]), text = Tensor.Zeros([2, 3, config.TextWidth]), pooled = Tensor.Zeros([2, config.PooledWidth]);
        long before = Tensor.LiveCount;

        var velocity = Sd3Transformer.Velocity(w, config, latents, times, text, pooled);

        Assert.Equal([2, 4, 6, 8], velocity.Shape.ToArray());
        Assert.Equal(before + 1, Tensor.LiveCount);
    }

    // The random weights of an oracle case, whose sizes are its own.
    private static (Weights Weights, Sd3TransformerConfig Config) Small()
    {
        var oracle = OracleCase.Load(Path.Combine(AppContext.BaseDirectory, "data", "sd35-medium.safetensors"));
        var weights = Weights.Of(oracle.Under("weight.").Keys.Select(key => (key, oracle.Tensor("weight." + key))));
        return (weights, Sd3TransformerConfig.Read(NetworkConfig.Of(oracle.Config.GetProperty("network"), oracle.Path)));
    }
}
