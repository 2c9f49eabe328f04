using Visalign.Generators;
using Visalign.Networks;
using Visalign.Tests.Networks;

namespace Visalign.Tests.Generators;

public sealed class TokenSamplingTests
{
    [Fact]
    public void Guidance_at_one_is_the_condition_and_halves_are_not_swapped()
    {
        using var scope = Tensor.Scope();
        var halves = Tensor.From<float>([1, 2, 3, 5], 2, 2);

        Assert.Equal([1, 2], TokenDistribution.Guided(halves, 1).ToArray<float>());
        Assert.Equal([-1, -1], TokenDistribution.Guided(halves, 2).ToArray<float>());  // 3 + 2 (1 - 3), 5 + 2 (2 - 5)
    }

    [Fact]
    public void Top_k_keeps_ties_and_no_temperature_keeps_the_largest()
    {
        using var scope = Tensor.Scope();
        var logits = Tensor.From<float>([3, 1, 2, 2, 0], 1, 5);

        Assert.Equal([true, false, true, true, false], Kept(TokenDistribution.TopK(logits, 2)));
        Assert.Equal([1, 0, 0, 0, 0], TokenDistribution.Filtered(logits, new() { Temperature = 0 }).Softmax(-1).ToArray<float>());
    }

    [Fact]
    public void Top_p_drops_what_stands_behind_the_share_and_never_the_first()
    {
        using var scope = Tensor.Scope();
        var shares = Tensor.From<float>([0.1f, 0.5f, 0.15f, 0.25f], 1, 4).Log();

        Assert.Equal([false, true, false, true], Kept(TokenDistribution.TopP(shares, 0.6)));
        Assert.Equal([false, true, true, true], Kept(TokenDistribution.TopP(shares, 0.8)));
        Assert.Equal([false, true, false, false], Kept(TokenDistribution.TopP(shares, 0.01)));
    }

    [Fact]
    public void Tokens_are_drawn_as_often_as_their_shares_and_filtered_ones_never()
    {
        float[] shares = [0.5f, 0, 0.3f, 0.2f, 0];
        const int Draws = 20_000;
        var counts = new int[shares.Length];
        for (int i = 0; i < Draws; i++) counts[TokenDraw.At(shares, Noise.Uniform(new(1, NoisePurpose.Probe), i))]++;

        // Four standard deviations of a share of 0.5.
        Assert.All(shares.Zip(counts), pair => Assert.Equal(pair.First, (double)pair.Second / Draws, 4 * 0.5 / Math.Sqrt(Draws)));
        Assert.Equal((0, 0), (counts[1], counts[4]));
        Assert.Equal(3, TokenDraw.At(shares, 1 - 1e-16));
        Assert.Throws<InvalidOperationException>(() => TokenDraw.At([0, float.NaN], 0.5));
    }

    [Fact]
    public void A_sample_draws_the_same_tokens_in_whatever_batch()
    {
        using var scope = Tensor.Scope();
        var logits = TinyGpt.Normal(1, [4, 9]);
        var key = new NoiseKey(2, NoisePurpose.Step, Iteration: 3, Step: 5);

        var (tokens, logProbs) = TokenDraw.Rows(logits, key, firstSample: 10);
        var (alone, its) = TokenDraw.Rows(logits.Narrow(0, 2, 1), key, firstSample: 12);

        Assert.Equal((tokens[2], logProbs[2]), (alone[0], its[0]));
        Assert.NotEqual(tokens, TokenDraw.Rows(logits, key with { Step = 6 }, firstSample: 10).Tokens);
    }

    [Fact]
    public void Guidance_ends_after_its_tokens()
    {
        using var scope = Tensor.Scope();
        var config = TinyGpt.Config(imageTokens: 4);
        var w = TinyGpt.Create(config, seed: 5);
        var condition = LlamaGenConditions.Classes(w, Tensor.From<long>([0, config.Classes], 2));
        using var decoder = new LlamaGenDecoder(w, config, rows: 2);
        List<bool> guided = [];

        TokenSampler.Sample(decoder, condition, null, new() { GuidanceScale = 3, GuidedTokens = 2 }, pictures: 1, count: 4, choice =>
        {
            guided.Add(!choice.Guided.SameAs(choice.Answers.Narrow(0, 0, 1)));
            return choice.Filtered.ArgMax(-1);
        });

        Assert.Equal([true, true, false, false], guided);
    }

    [Fact]
    public void Log_probabilities_and_entropies_are_those_of_the_tempered_softmax()
    {
        using var scope = Tensor.Scope();
        var logits = Tensor.From<float>([0, MathF.Log(3) * 2], 1, 1, 2);

        Assert.Equal(Math.Log(0.75), TokenLogProb.Of(logits, Tensor.From<long>([1], 1, 1), temperature: 2).Item(), 1e-6);
        Assert.Equal(Math.Log(2), TokenLogProb.Entropy(Tensor.From<float>([5, 5, float.NegativeInfinity], 3)).Item(), 1e-6);
    }

    private static bool[] Kept(Tensor filtered) => [.. filtered.ToArray<float>().Select(float.IsFinite)];
}
