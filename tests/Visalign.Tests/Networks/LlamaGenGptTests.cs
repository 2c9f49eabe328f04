using System.Text.Json;
using Visalign.Networks;

namespace Visalign.Tests.Networks;

public sealed class LlamaGenGptTests
{
    [Theory]
    [InlineData(false, 4, false)]
    [InlineData(false, 2, false)]
    [InlineData(true, 4, false)]
    [InlineData(true, 4, true)]
    [InlineData(true, 1, true)]
    public void Cached_logits_are_those_of_the_whole_sequence(bool captions, int keyHeads, bool masked)
    {
        using var scope = Tensor.Scope();
        var config = TinyGpt.Config(imageTokens: 16, captions, keyHeads);
        var w = TinyGpt.Create(config, seed: 1);
        var condition = Condition(w, config, rows: 3);
        var mask = masked ? Tensor.From<long>([0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1], 3, 5) : null;
        var tokens = TinyGpt.Tokens(config, seed: 2, rows: 3, count: 16);

        var whole = LlamaGenGpt.Logits(w, config, condition, tokens, mask);
        using var decoder = new LlamaGenDecoder(w, config, rows: 3);
        var cached = Tensor.Stack([decoder.Start(condition, mask), .. Enumerable.Range(0, 15).Select(i => decoder.Next(tokens.Select(1, i)))], 1);

        double largest = whole.Abs().Max([0, 1, 2]).Item();
        Assert.True((cached - whole).Abs().Max([0, 1, 2]).Item() < 1e-4 * largest, $"{(cached - whole).Abs().Max([0, 1, 2]).Item()} of {largest}");
    }

    [Fact]
    public void A_thousand_greedy_steps_with_the_cache_choose_the_tokens_of_the_whole_sequence()
    {
        using var scope = Tensor.Scope();
        const int Steps = 1000;
        var config = TinyGpt.Config(imageTokens: 1024);
        var w = TinyGpt.Create(config, seed: 3);
        var condition = Condition(w, config, rows: 1);
        using var decoder = new LlamaGenDecoder(w, config, rows: 1);
        List<Tensor> chosen = [decoder.Start(condition).ArgMax(-1)];
        while (chosen.Count < Steps)
        {
            using var step = Tensor.Scope();
            chosen.Add(step.Keep(decoder.Next(chosen[^1]).ArgMax(-1)));
        }
        var tokens = Tensor.Stack(chosen.ToArray(), 1);                                                        // [1, 1000]

        var sorted = LlamaGenGpt.Logits(w, config, condition, tokens).Sort(-1, descending: true);

        var best = sorted.Values.ToArray<float>().Chunk(config.Vocabulary).Select(row => row[0] - row[1]);
        long[] expected = sorted.Places.Narrow(2, 0, 1).Contiguous().ToArray<long>(), got = tokens.ToArray<long>();
        Assert.DoesNotContain(best.Index(), step => step.Item >= 1e-4 && expected[step.Index] != got[step.Index]);
        Assert.True(got.Distinct().Count() > 1);
    }

    [Fact]
    public void A_token_changes_nothing_before_it_and_padding_nothing_at_all()
    {
        using var scope = Tensor.Scope();
        var config = TinyGpt.Config(imageTokens: 16, captions: true);
        var w = TinyGpt.Create(config, seed: 4);
        var features = TinyGpt.Normal(5, [1, 5, config.CaptionWidth]);
        var padded = features * Tensor.From<float>([9, 9, 1, 1, 1], 1, 5, 1);
        var mask = Tensor.From<long>([0, 0, 1, 1, 1], 1, 5);
        var tokens = TinyGpt.Tokens(config, seed: 6, rows: 1, count: 16);
        var other = Tensor.Cat([tokens.Narrow(1, 0, 7), Tensor.From([(tokens.ToArray<long>()[7] + 1) % config.Vocabulary], 1, 1), tokens.Narrow(1, 8, 8)], 1);

        var (first, changed, again) = (Logits(features, tokens), Logits(features, other), Logits(padded, tokens));

        Assert.True(first.Narrow(1, 0, 8).SameAs(changed.Narrow(1, 0, 8)));
        Assert.False(first.Narrow(1, 8, 8).SameAs(changed.Narrow(1, 8, 8)));
        Assert.True(first.SameAs(again));

        Tensor Logits(Tensor given, Tensor drawn) => LlamaGenGpt.Logits(w, config, LlamaGenConditions.Captions(w, given), drawn, mask);
    }

    [Fact]
    public void The_order_of_caption_rows_says_nothing_to_the_image_but_through_their_values()
    {
        using var scope = Tensor.Scope();
        // One layer: its keys of the condition are zero, so the image sees the mean of the values.
        var config = TinyGpt.Config(imageTokens: 4, captions: true) with { Layers = 1 };
        var w = TinyGpt.Create(config, seed: 7);
        var features = TinyGpt.Normal(8, [1, 5, config.CaptionWidth]);
        var tokens = TinyGpt.Tokens(config, seed: 9, rows: 1, count: 4);
        var turned = features.IndexSelect(1, Tensor.From<long>([2, 0, 3, 1, 4], 5));

        var first = LlamaGenGpt.Logits(w, config, LlamaGenConditions.Captions(w, features), tokens).Narrow(1, 1, 3);
        var second = LlamaGenGpt.Logits(w, config, LlamaGenConditions.Captions(w, turned), tokens).Narrow(1, 1, 3);

        Assert.True((first - second).Abs().Max([0, 1, 2]).Item() < 1e-5);
    }

    [Fact]
    public void A_decoder_is_started_once_and_holds_one_picture()
    {
        using var scope = Tensor.Scope();
        var config = TinyGpt.Config(imageTokens: 4);
        var w = TinyGpt.Create(config, seed: 10);
        var (condition, token) = (Condition(w, config, rows: 1), Tensor.From<long>([3], 1));
        using var decoder = new LlamaGenDecoder(w, config, rows: 1);

        Assert.Throws<InvalidOperationException>(() => decoder.Next(token));
        decoder.Start(condition);
        Assert.Throws<InvalidOperationException>(() => decoder.Start(condition));
        for (int i = 0; i < 4; i++) decoder.Next(token);
        Assert.Contains("all of its 4 tokens", Assert.Throws<InvalidOperationException>(() => decoder.Next(token)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_config_is_read_as_it_is_written()
    {
        var config = TinyGpt.Config(imageTokens: 16, captions: true, keyHeads: 2);

        Assert.Equal(config, Read(config.ToJson().ToJsonString()));
        Assert.Equal((3584, 64), (Read("""{ "dim": 1280, "n_head": 20, "n_layer": 36 }""").HiddenWidth, Read("""{ "dim": 1280, "n_head": 20, "n_layer": 36 }""").HeadWidth));
    }

    [Theory]
    [InlineData("""{ "dim": 30, "n_head": 4 }""", "'dim' is 30, expected one that 4 heads share in multiples of 4.")]
    [InlineData("""{ "dim": 32, "n_head": 4, "n_kv_head": 3 }""", "'n_kv_head' is 3")]
    [InlineData("""{ "block_size": 200 }""", "'block_size' is 200, expected a square number.")]
    [InlineData("""{ "cls_token_num": 120 }""", "'cls_token_num' is 120, expected 1 for classes.")]
    [InlineData("""{ "model_type": "t2v" }""", "'model_type' is \"t2v\", which is not supported")]
    [InlineData("""{ "qk_norm": true }""", "'qk_norm' (true)")]
    public void A_config_that_makes_no_sense_is_refused_by_name(string json, string words) =>
        Assert.Contains(words, Assert.Throws<InputException>(() => Read(json)).Message, StringComparison.Ordinal);

    private static LlamaGenGptConfig Read(string json) => LlamaGenGptConfig.Read(NetworkConfig.Of(JsonDocument.Parse(json).RootElement, "config.json"));

    private static Tensor Condition(Weights w, LlamaGenGptConfig config, int rows) => config.ReadsCaptions
        ? LlamaGenConditions.Captions(w, TinyGpt.Normal(11, [rows, config.ConditionTokens, config.CaptionWidth]))
        : LlamaGenConditions.Classes(w, Tensor.From([.. Enumerable.Range(0, rows).Select(row => (long)row)], rows));
}
