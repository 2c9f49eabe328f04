using System.Text.Json;
using Visalign.Rewards;
using Visalign.Runs;
using Visalign.Studies;
using Visalign.Tests.Runs;
using Visalign.Worlds;

namespace Visalign.Tests.Studies;

public sealed class PolicyEvaluationTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly Policy _policy;

    public PolicyEvaluationTests() => _policy = Policy.OfModel(TinyModel.Create(_root["model"]));

    public void Dispose()
    {
        _policy.Dispose();
        _root.Dispose();
    }

    private PolicyScores Evaluate(PolicyEvaluationOptions options) =>
        PolicyEvaluation.Run(_policy, options, new Listener(), TimeProvider.System, CancellationToken.None);

    [Fact]
    public void Costs_and_counts_add_up()
    {
        var scores = Evaluate(new() { Prompts = 12, Steps = 2, Guidance = new GuidanceSetting.Given(3), BestOf = 2 });

        Assert.Equal(12 * 2 * 2 * 2, scores.NetworkEvaluations); // prompts, pictures, steps, guidance branches
        Assert.Equal(12, scores.TaskPrompts.Values.Sum());
        Assert.Equal(scores.Tasks.Keys, scores.TaskPrompts.Keys);
        Assert.Equal((3.0, 0), (scores.GuidanceScale, scores.Guidance.Count));
        Assert.True(scores.Diversity > 0);
    }

    [Fact]
    public void The_best_guidance_is_one_of_those_tried()
    {
        var scores = Evaluate(new() { Prompts = 6, Steps = 1 });

        Assert.Equal(HeldOutEvaluation.GuidanceScales, scores.Guidance.Select(tried => tried.GuidanceScale));
        Assert.Equal(scores.Guidance.Max(tried => tried.Score), scores.Guidance.Single(tried => tried.GuidanceScale == scores.GuidanceScale).Score);
    }

    [Fact]
    public void The_JSON_is_one_line_with_the_promised_names()
    {
        string json = Evaluate(new() { Prompts = 6, Steps = 1, Guidance = new GuidanceSetting.Given(1) }).ToJson();

        Assert.DoesNotContain('\n', json);
        Assert.Equal(
            ["policy", "prompts", "steps", "guidance_scale", "guidance", "best_of", "score", "standard_error", "soft_score", "tasks", "task_prompts", "diversity", "network_evaluations", "seconds"],
            JsonDocument.Parse(json).RootElement.EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public void Best_of_several_shows_for_each_prompt_the_picture_its_judge_prefers()
    {
        var judge = new Brightness(); // not the checker, whose scores of an untrained model are often equal
        Evaluation[] each = [.. Enumerable.Range(0, 3).Select(sample => HeldOutEvaluation.Run(_policy.Generator, _policy.Weights, PromptSplit.HeldOut, 12, 2, 1, sample))];

        var best = BestOfSampling.Run(_policy.Generator, _policy.Weights, PromptSplit.HeldOut, 12, 2, 1, n: 3, judge);

        double[][] rates = [.. each.Select(one => judge.Score(one.Pictures, one.Conditions).Values)];
        for (int i = 0; i < 12; i++)
        {
            var picked = each[Enumerable.Range(0, 3).MaxBy(sample => rates[sample][i])];
            Assert.Equal(picked.Verdicts[i], best.Verdicts[i]);
            Assert.Equal(picked.Pictures[i].ToArray(), best.Pictures[i].ToArray());
        }
    }

    [Fact]
    public void A_stopped_evaluation_ends()
    {
        Assert.Throws<OperationCanceledException>(() =>
            PolicyEvaluation.Run(_policy, new() { Prompts = 6, Steps = 1 }, new Listener(), TimeProvider.System, new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData("fast")]
    [InlineData("-1")]
    [InlineData("101")]
    [InlineData("NaN")]
    public void A_guidance_that_is_no_scale_is_refused(string text) =>
        Assert.Contains($"found '{text}', expected 'best' or a number from 0 to 100", Assert.Throws<InputException>(() => GuidanceSetting.Parse(text)).Message, StringComparison.Ordinal);
}
