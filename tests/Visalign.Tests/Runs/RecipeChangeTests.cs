using Visalign.Runs;

namespace Visalign.Tests.Runs;

public sealed class RecipeChangeTests
{
    private static Recipe Of(params string[] overrides) => Recipe.File.Parse(
        """
        recipe: 1
        method: flow-grpo
        model: a
        rewards: [{ name: url, url: "http://one/" }, brightness]
        """, "test.yaml", overrides);

    private static IReadOnlyList<string> Between(params string[] overrides) => RecipeChange.Require("recipe.yaml", Of(), Of(overrides));

    [Theory]
    [InlineData("optimizer.learning_rate=0.5", "recipe.yaml: optimizer.learning_rate is 0.5, but the run was begun with ")]
    [InlineData("rewards.1.weight=2", "recipe.yaml: rewards.1.weight is 2.0, but the run was begun with 1.0; put it back, or begin another run with --out.")]
    [InlineData("rewards=[brightness]", "rewards.1.name is missing, but the run was begun with brightness")]
    [InlineData("heldout=[contrast]", "heldout.0.name is contrast, but the run was begun with none")]
    [InlineData("seed=7", "seed is 7, but the run was begun with 42")]
    [InlineData("rollout.steps=3", "rollout.steps is 3")]
    [InlineData("method=diffusion-nft", "method.name is diffusion-nft, but the run was begun with flow-grpo")]
    public void A_change_of_what_is_trained_is_refused_with_its_key_and_both_values(string change, string words) =>
        Assert.Contains(words, Assert.Throws<InputException>(() => Between(change)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("budget.iterations=999")]
    [InlineData("budget.checkpoint_every=1")]
    [InlineData("evaluation.every=3")]
    [InlineData("samples.every=3")]
    [InlineData("watchdog.stop=true")]
    [InlineData("failures.max_failure_share=1")]
    [InlineData("model=b")]
    [InlineData("rewards.0.timeout_seconds=1")]
    public void A_change_of_what_trains_nothing_is_not_mentioned(string change) => Assert.Empty(Between(change));

    [Fact]
    public void A_judge_that_is_reached_in_another_way_is_told_of() =>
        Assert.StartsWith("rewards.0.url is 'http://two/' now and was 'http://one/'", Assert.Single(Between("rewards.0.url=http://two/")), StringComparison.Ordinal);
}
