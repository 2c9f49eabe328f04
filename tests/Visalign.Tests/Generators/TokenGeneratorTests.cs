using Visalign.Generators;
using Visalign.Rollouts;

namespace Visalign.Tests.Generators;

public sealed class TokenGeneratorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TokenGenerator _generator;

    public TokenGeneratorTests() => _generator = ModelFolder.LoadTokens(TinyTokenModel.Create(_folder["model"]));

    public void Dispose()
    {
        _generator.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_folder_says_what_it_is_and_its_pictures_have_the_worlds_size()
    {
        using var scope = Tensor.Scope();

        var rollout = PlainSampling.Run(_generator, _generator.Base, [new("a red circle"), new("")], new(Steps: 8, GuidanceScale: 3), seed: 1, iteration: 0);
        var pictures = _generator.Decode(rollout.Final);

        Assert.Equal((2, true, 16), (_generator.GuidanceScale, _generator.DrawsWorld, _generator.TokenCount));
        Assert.Equal((2, 32, 32), (pictures.Count, pictures.Height, pictures.Width));
        Assert.Equal(2 * 16 * 2, rollout.NetworkEvaluations);
        Assert.Throws<InputException>(() => _generator.Check(new("a mauve circle")));
        Assert.Contains("does not make pictures by denoising", Assert.Throws<InputException>(() => ModelFolder.LoadNoise(_folder["model"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sample_is_the_same_in_whatever_micro_batch_it_is_drawn_first()
    {
        using var scope = Tensor.Scope();
        Condition[] conditions = [new("a circle"), new("two squares"), new("a cross")];

        var all = Sample(new() { GroupSize = 2, Sampling = new() { GuidanceScale = 2 }, MicroBatch = 6 }, conditions);
        var first = Sample(new() { GroupSize = 2, Sampling = new() { GuidanceScale = 2 }, MicroBatch = 6 }, conditions[..1]);

        Assert.True(all.Tokens.Narrow(0, 0, 2).SameAs(first.Tokens));
        Assert.False(all.Tokens.Select(0, 0).SameAs(all.Tokens.Select(0, 1)));
    }

    [Fact]
    public void Without_guidance_the_sampler_and_the_network_read_at_once_agree_on_what_was_drawn()
    {
        using var scope = Tensor.Scope();
        Condition[] conditions = [new("a circle left of a square"), new("three red crosses")];

        var plain = Sample(new() { GroupSize = 3, Sampling = new() { Temperature = 0.8 }, Replay = true, MicroBatch = 4 }, conditions);
        var guided = Sample(new() { GroupSize = 3, Sampling = new() { GuidanceScale = 5 }, Replay = true, MicroBatch = 4 }, conditions);

        // The cache and the whole sequence differ by rounding.
        Assert.True(Gap(plain) < 1e-4, $"{Gap(plain)}");
        Assert.True(Gap(guided) > 1e-2, $"{Gap(guided)}");
        Assert.All(plain.Entropy.ToArray<float>(), entropy => Assert.InRange(entropy, 0, Math.Log(16) + 1e-5));

        static double Gap(TokenRollout rollout) => (rollout.SamplerLogProb - rollout.LogProb!).Abs().Max([0, 1]).Item();
    }

    [Fact]
    public void Guidance_away_from_a_negative_prompt_is_not_guidance_away_from_none()
    {
        using var scope = Tensor.Scope();
        var plan = new TokenPlan { GroupSize = 8, Sampling = new() { GuidanceScale = 4 } };

        var none = Sample(plan, [new("a circle")]);
        var negative = Sample(plan, [new("a circle", Negative: "four purple triangles")]);

        Assert.False(none.Tokens.SameAs(negative.Tokens));
    }

    [Theory]
    [InlineData("\"vocab_size\": 16", "\"vocab_size\": 17", "'gpt.vocab_size' is 17 and 'vq.codebook_size' 16")]
    [InlineData("\"guidance_scale\": 2", "\"guidance\": 2", "'guidance' (2)")]
    [InlineData("\"n_layer\": 1", "\"n_layers\": 1", "config.json, gpt sets 'n_layers' (1)")]
    public void A_configuration_that_does_not_fit_is_refused(string sound, string broken, string words)
    {
        string path = Path.Combine(_folder["model"], "config.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace(sound, broken, StringComparison.Ordinal));

        Assert.Contains(words, Assert.Throws<InputException>(() => ModelFolder.Load(_folder["model"])).Message, StringComparison.Ordinal);
    }

    private TokenRollout Sample(TokenPlan plan, Condition[] conditions) => TokenRolloutSampler.Sample(_generator, _generator.Base, plan, conditions, seed: 7, iteration: 2);
}
