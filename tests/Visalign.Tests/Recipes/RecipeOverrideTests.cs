using Visalign.Records;
using Visalign.Runs;

namespace Visalign.Tests.Recipes;

public sealed class RecipeOverrideTests
{
    private static Recipe Read(params string[] overrides) => Samples.Recipes.Parse(Samples.FlowGrpo, "flow-grpo.yaml", overrides);

    [Fact]
    public void A_full_path_replaces_adds_and_reaches_into_lists()
    {
        var recipe = Read("rollout.group_size=4", "adapter.targets=[to_q, to_k]", "rewards.0.weight=2", "method.kl_coefficient=0", "method.window.size=2", "prompts=my prompts.txt");

        Assert.Equal(4, recipe.Rollout.GroupSize);
        Assert.Equal(["to_q", "to_k"], recipe.Adapter.Targets);
        Assert.Equal(2, recipe.Rewards[0].Weight);
        Assert.Equal(new FlowGrpoSample { KlCoefficient = 0, Window = new() { Size = 2 } }, recipe.Method);
        Assert.Equal("my prompts.txt", recipe.Prompts);
    }

    [Theory]
    [InlineData("iterations=8")]
    [InlineData("budget.iterations = 8")]
    public void The_last_key_is_enough_where_only_one_path_ends_with_it(string assignment)
    {
        Assert.Equal(8, Read(assignment).Budget.Iterations);
    }

    [Fact]
    public void The_last_key_reaches_options_of_the_method_in_use()
    {
        Assert.Equal(new FlowGrpoSample { ClipRange = 0.2 }, Read("clip_range=0.2").Method);
    }

    [Fact]
    public void A_bare_name_opens_when_an_option_is_set_inside()
    {
        var recipe = Samples.Recipes.Parse("recipe: 1\nmethod: flow-grpo\nmodel: m\nrewards: [shape-classifier]", "a.yaml", "method.clip_range=0.2", "rewards.0.weight=3");

        Assert.Equal(new FlowGrpoSample { ClipRange = 0.2 }, recipe.Method);
        Assert.Equal([new PlainRewardSample { Name = "shape-classifier", Weight = 3 }], recipe.Rewards);
    }

    [Fact]
    public void A_later_override_wins()
    {
        Assert.Equal(2, Read("seed=1", "seed=2").Seed);
    }

    [Theory]
    [InlineData("rollout.group_sz=4", "--set rollout.group_sz=4: unknown key 'group_sz' in 'rollout'. Did you mean 'group_size'?")]
    [InlineData("rolout.group_size=4", "--set rolout.group_size=4: unknown key 'rolout'. Did you mean 'rollout'?")]
    [InlineData("iteratons=4", "--set iteratons=4: unknown key 'iteratons'. Did you mean 'budget.iterations'?")]
    [InlineData("weight=4", "--set weight=4: 'weight' could be any of rewards.0.weight, heldout.0.weight. Write one of them in full.")]
    [InlineData("rollout.steps=0", "--set rollout.steps=0: 'rollout.steps' is 0, expected a whole number from 1 to 1000.")]
    [InlineData("rollout.steps=many", "--set rollout.steps=many: 'rollout.steps' expects a whole number from 1 to 1000, found 'many'.")]
    [InlineData("rollout.prompts=", "--set rollout.prompts=: 'rollout.prompts' expects a whole number from 1 to 100000, found nothing.")]
    [InlineData("rewards.1.weight=2", "--set rewards.1.weight=2: 'rewards' has no item 1; it holds 1, counted from 0.")]
    [InlineData("rewards.rgb.weight=2", "--set rewards.rgb.weight=2: 'rewards' has no item rgb; it holds 1, counted from 0.")]
    [InlineData("seed.x=2", "--set seed.x=2: 'seed' is '42', it has no 'x' inside.")]
    [InlineData("seed", "--set seed: expected key=value, as in --set budget.iterations=8.")]
    [InlineData("a..b=1", "--set a..b=1: expected key=value, as in --set budget.iterations=8.")]
    [InlineData("=1", "--set =1: expected key=value, as in --set budget.iterations=8.")]
    [InlineData("method=ddpo", "--set method=ddpo: unknown name 'ddpo' in 'method'. Known names: flow-grpo, diffusion-dpo.")]
    [InlineData("seed=*a", "--set seed=*a: anchors and aliases are not allowed here. Write the value out where it is needed.")]
    public void A_fault_names_the_override(string assignment, string sentence)
    {
        Assert.Equal([sentence], Samples.Faults(Samples.FlowGrpo, assignment));
    }
}
