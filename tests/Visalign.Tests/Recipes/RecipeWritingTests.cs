using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Visalign.Methods;
using Visalign.Networks;
using Visalign.Rewards;
using Visalign.Records;
using Visalign.Runs;

namespace Visalign.Tests.Recipes;

[Properties(Arbitrary = [typeof(RecipeWritingTests)])]
public sealed class RecipeWritingTests
{
    [Property]
    public void A_resolved_record_reads_back_as_an_equal_one(Everything record)
    {
        string text = Samples.Everything.Resolve(record);

        Assert.Equal(record, Samples.Everything.Parse(text, "resolved.yaml"));
    }

    [Fact]
    public void A_resolved_recipe_shows_every_default()
    {
        string text = Samples.Recipes.Resolve(new Recipe
        {
            Method = new FlowGrpoSample(),
            Model = "shapes32-flow",
            Rewards = [new PlainRewardSample { Name = "rgb" }],
        });

        Assert.Equal(
            """
            recipe: 1
            seed: 42
            method:
              name: flow-grpo
              clip_range: 0.0001
              kl_coefficient: 0.04
              window:
                size: 4
                from: 0
                to: 4
            model: shapes32-flow
            adapter:
              kind: lora
              rank: 16
              alpha: 32.0
              rank_stabilized: false
              dora: false
              targets: []
            rewards:
            - name: rgb
              weight: 1.0
            heldout: []
            failures:
              max_failure_share: 0.05
              window: 1000
            prompts: world
            rollout:
              prompts: 8
              group_size: 8
              steps: null
              guidance_scale: 1.0
              shift: null
              micro_batch: 64
            optimizer:
              name: adamw
              learning_rate: 0.0003
              beta1: 0.9
              beta2: 0.999
              epsilon: 1.0e-08
              weight_decay: 0.0001
              clip_norm: 1.0
              schedule: constant
              warmup_steps: 0
              updates_per_iteration: 1
              ema_decay: 0.9
            budget:
              iterations: 100
              checkpoint_every: 20
            evaluation:
              every: 20
              prompts: 1024
              curve_prompts: 192
              curve_guidance: rollout
              tuning_prompts: 256
              trained_reward: false
              steps: null
            samples:
              every: 20
            watchdog:
              stop: false
              window: 10
              max_kl: 0.1
              max_clip_share: 0.6
              max_without_signal: 0.8
              heldout_fall: 0.25
              reward_fall: 0.5
              min_diversity: 0.5
              gradient_growth: 10.0
            threads: null

            """,
            text);
    }

    [Fact]
    public void An_option_that_means_nothing_here_is_left_out()
    {
        var recipe = new Recipe { Method = new FlowGrpoSample(), Model = "m", Adapter = new() { Kind = AdapterKind.Full } };

        string text = Samples.Recipes.Resolve(recipe);

        Assert.Contains("adapter:\n  kind: full\nrewards:", text, StringComparison.Ordinal);
        Assert.Equal(recipe, Samples.Recipes.Parse(text, "resolved.yaml"));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("~")]
    [InlineData("1.0")]
    [InlineData("yes")]
    [InlineData(" padded ")]
    [InlineData("a: b # c")]
    [InlineData("two\nlines\r\n")]
    [InlineData("quote ' and \" and \\")]
    [InlineData("tab\tbell\a null\0 \u0085 \u2028 \ufeff")]
    [InlineData("prompt é 你好 🙂")]
    public void Any_text_survives(string text)
    {
        var record = new Everything { Text = text, Texts = [text] };

        Assert.Equal(record, Samples.Everything.Parse(Samples.Everything.Resolve(record), "resolved.yaml"));
    }

    public static Arbitrary<Everything> Records()
    {
        var map = ArbMap.Default;
        var number = map.GeneratorFor<double>();
        var text = map.GeneratorFor<string>().Select(value => value ?? "");
        var weight = Gen.Choose(-1000, 1000).Select(value => value / 10.0);
        var inner = Gen.Choose(1, 8).SelectMany(count => map.GeneratorFor<string?>(), (count, note) => new Inner { Count = count, Note = note });
        var method = Gen.OneOf<IMethod>(
            Gen.Choose(1, 1000).Select(value => (IMethod)new FlowGrpoSample { ClipRange = value / 1000.0 }),
            Gen.Choose(1, 100_000).Select(value => (IMethod)new DiffusionDpoSample { Beta = value }));
        var reward = Gen.OneOf<IRewardOptions>(
            weight.Select(value => (IRewardOptions)new PlainRewardSample { Name = value > 0 ? "rgb" : "shape-classifier", Weight = value }),
            text.SelectMany(_ => weight, (command, value) => (IRewardOptions)new CommandRewardSample { Command = command, Weight = value }));

        return Arb.From(
            from flag in map.GeneratorFor<bool>()
            from whole in Gen.Choose(-5, 4)
            from wide in map.GeneratorFor<long>()
            from real in number
            from bounded in Gen.Choose(0, 999)
            from words in text
            from flavor in Gen.Elements(Enum.GetValues<Flavor>())
            from maybeFlavor in Gen.Elements<Flavor?>(null, Flavor.Plain, Flavor.ExtraHot)
            from maybeWhole in map.GeneratorFor<int?>()
            from one in inner
            from inners in inner.ListOf()
            from numbers in number.ListOf()
            from texts in text.ListOf()
            from chosen in method
            from rewards in reward.ListOf()
            select new Everything
            {
                Flag = flag,
                Whole = whole,
                Wide = wide,
                Number = real,
                Bounded = bounded / 1000.0,
                Text = words,
                Flavor = flavor,
                MaybeFlavor = maybeFlavor,
                MaybeWhole = maybeWhole,
                Inner = one,
                Inners = [.. inners],
                Numbers = [.. numbers],
                Texts = [.. texts],
                Method = chosen,
                Rewards = [.. rewards],
            });
    }
}
