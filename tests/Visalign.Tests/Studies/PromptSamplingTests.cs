using Visalign.Runs;
using Visalign.Studies;
using Visalign.Tests.Oracles;
using Visalign.Tests.Runs;

namespace Visalign.Tests.Studies;

public sealed class PromptSamplingTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly Policy _policy;

    public PromptSamplingTests() => _policy = Policy.OfModel(TinyModel.Create(_root["model"]));

    public void Dispose()
    {
        _policy.Dispose();
        _root.Dispose();
    }

    private PromptSample Sample(string prompt, ulong seed = 1) =>
        PromptSampling.Run(_policy, prompt, new() { Count = 3, Steps = 2, GuidanceScale = 2, Seed = seed });

    [Fact]
    public void The_same_seed_gives_the_same_pictures_and_another_gives_others()
    {
        Assert.Equal(Sample("two red circles").Pictures.Data, Sample("two red circles").Pictures.Data);
        Assert.NotEqual(Sample("two red circles").Pictures.Data, Sample("two red circles", seed: 2).Pictures.Data);
    }

    [Fact]
    public void Every_picture_of_a_world_prompt_gets_a_verdict()
    {
        var sample = Sample("two red circles");

        Assert.Equal((3, 3, null), (sample.Pictures.Count, sample.Verdicts.Count, sample.Remark));
    }

    [Fact]
    public void Known_words_that_make_no_sentence_are_drawn_without_a_verdict()
    {
        var sample = Sample("red the of");

        Assert.Equal(3, sample.Pictures.Count);
        Assert.Empty(sample.Verdicts);
        Assert.Contains("not as a sentence", sample.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_of_other_pictures_is_told_to_be_outside_of_what_the_checker_judges()
    {
        using var other = Policy.OfModel(Path.Combine(OracleRoot.Path, "io-pipeline-sd15", "model"));

        var sample = PromptSampling.Run(other, "two red circles", new() { Steps = 2, GuidanceScale = 1 });

        Assert.Equal((1, "the exact checker judges scenes of the embedded world, and this model draws others."), (sample.Pictures.Count, sample.Remark));
        Assert.Empty(sample.Verdicts);
    }

    [Fact]
    public void Annealing_without_tuned_weights_is_refused() =>
        Assert.StartsWith("--annealed: ", Assert.Throws<InputException>(() => PromptSampling.Run(_policy, "a circle", new() { Steps = 2, GuidanceScale = 1, Annealed = true })).Message, StringComparison.Ordinal);

    [Fact]
    public void An_unknown_word_is_named_with_the_words_there_are()
    {
        long before = Tensor.LiveCount;

        var fault = Assert.Throws<InputException>(() => Sample("two red dogs"));

        Assert.StartsWith("prompt 'two red dogs': unknown word 'dogs'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("circle", fault.Message, StringComparison.Ordinal);
        Assert.Equal(before, Tensor.LiveCount);
    }
}
