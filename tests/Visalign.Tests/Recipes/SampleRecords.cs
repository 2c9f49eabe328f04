using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using Visalign.Methods;
using Visalign.Rewards;
using Visalign.Rollouts;
using Visalign.Records;
using Visalign.Runs;

namespace Visalign.Tests.Recipes;

/// <summary>Stand-ins for a method and rewards, and a record with every kind of option.</summary>
public sealed record FlowGrpoSample : IMethod
{
    [Range(0, 1, MinimumIsExclusive = true)]
    public double ClipRange { get; init; } = 1e-4;

    [Range(0, 10)]
    public double KlCoefficient { get; init; } = 0.04;

    public StepWindow Window { get; init; } = new();

    public Assembly Assemble(AssemblyContext context) => throw new UnreachableException();
}

public sealed record DiffusionDpoSample : IMethod
{
    [Range(1, 100_000)]
    public required double Beta { get; init; }

    public Assembly Assemble(AssemblyContext context) => throw new UnreachableException();
}

public sealed record PlainRewardSample : IRewardOptions
{
    public string Name { get; init; } = "rgb";

    [Range(-100, 100)]
    public double Weight { get; init; } = 1;
}

public sealed record CommandRewardSample : IRewardOptions
{
    [Range(-100, 100)]
    public double Weight { get; init; } = 1;

    public required string Command { get; init; }
}

public enum Flavor
{
    Plain,
    ExtraHot,
    X0,
}

public sealed record Inner
{
    [Range(1, 8)]
    public int Count { get; init; } = 2;

    public string? Note { get; init; }
}

public sealed record Everything : IValidatableObject
{
    public bool Flag { get; init; } = true;

    [Range(-5, 5)]
    public int Whole { get; init; }

    public long Wide { get; init; }

    public double Number { get; init; }

    [Range(0, 1, MaximumIsExclusive = true)]
    public double Bounded { get; init; } = 0.5;

    public string Text { get; init; } = "";

    public Flavor Flavor { get; init; }

    public Flavor? MaybeFlavor { get; init; }

    public int? MaybeWhole { get; init; }

    public Inner Inner { get; init; } = new() { Count = 5 };

    public ValueList<Inner> Inners { get; init; } = [];

    public ValueList<double> Numbers { get; init; } = [1, 2.5];

    [Range(0, 100)]
    public ValueList<double> Scales { get; init; } = [1];

    public ValueList<string> Texts { get; init; } = [];

    public IMethod Method { get; init; } = new FlowGrpoSample();

    public ValueList<IRewardOptions> Rewards { get; init; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Flag && Whole == 5)
        {
            yield return new("'whole' is 5 and 'flag' is true, which exclude each other.");
        }
    }
}

public static class Samples
{
    public static RecordTypes Types { get; } = RecordTypes.None
        .With<IMethod>(("flow-grpo", typeof(FlowGrpoSample)), ("diffusion-dpo", typeof(DiffusionDpoSample)))
        .With<IRewardOptions>(
            ("rgb", typeof(PlainRewardSample)),
            ("shape-classifier", typeof(PlainRewardSample)),
            ("command", typeof(CommandRewardSample)));

    public static RecordFormat<Recipe> Recipes { get; } = Recipe.Format(Types);

    public static RecordFormat<Everything> Everything { get; } = new(Types);

    public const string FlowGrpo = """
        # Flow-GRPO on the toy shapes model.
        recipe: 1
        seed: 42
        method: { name: flow-grpo, clip_range: 1.0e-4, kl_coefficient: 0.04 }   # arXiv 2505.05470
        model: shapes32-flow
        adapter: { kind: lora, rank: 16 }
        rewards:
          - { name: rgb, weight: 1.0 }
        heldout:
          - { name: shape-classifier }
        rollout:
          prompts: 16
          group_size: 8
          steps: 10
          shift: 1.0
          guidance_scale: 1.0
        optimizer: { name: adamw, learning_rate: 3.0e-4 }
        budget: { iterations: 100 }
        """;

    /// <summary>The faults of a recipe, a sentence each.</summary>
    public static string[] Faults(string text, params string[] overrides) =>
        Assert.Throws<InputException>(() => Recipes.Parse(text, "flow-grpo.yaml", overrides)).Message.Split('\n');
}
