using System.ComponentModel.DataAnnotations;
using Visalign.Generators;
using Visalign.Methods;
using Visalign.Networks;
using Visalign.Records;
using Visalign.Rewards;
using Visalign.Rollouts;

namespace Visalign.Runs;

/// <summary>A complete run in one screen.</summary>
public sealed record Recipe
{
    /// <summary>Everything random follows from it.</summary>
    [Range(0, long.MaxValue)]
    public long Seed { get; init; } = 42;

    /// <summary>The method and its options.</summary>
    public required IMethod Method { get; init; }

    /// <summary>The generator to align: a shipped name, or a model folder.</summary>
    [InputPath]
    public required string Model { get; init; }

    /// <summary>The trained parameters.</summary>
    public AdapterOptions Adapter { get; init; } = new();

    /// <summary>What the method optimizes.</summary>
    public ValueList<IRewardOptions> Rewards { get; init; } = [];

    /// <summary>What is watched and never optimized.</summary>
    public ValueList<IRewardOptions> Heldout { get; init; } = [];

    /// <summary>How many pictures may stay without a score before the run stops; of every reward, trained or watched.</summary>
    public FailureLimitOptions Failures { get; init; } = new();

    /// <summary>What is asked: "world" for the prompts of the embedded world, or a text file with a prompt in each line.</summary>
    [InputPath]
    public string Prompts { get; init; } = PromptSource.WorldName;

    /// <summary>How many pictures are sampled in an iteration, and how.</summary>
    public RolloutOptions Rollout { get; init; } = new();

    /// <summary>How the adapter follows its gradient.</summary>
    public OptimizerOptions Optimizer { get; init; } = new();

    /// <summary>When the run stops, and when it saves on the way.</summary>
    public BudgetOptions Budget { get; init; } = new();

    /// <summary>How the policy and its base are measured.</summary>
    public EvaluationOptions Evaluation { get; init; } = new();

    /// <summary>Which rollouts leave their pictures in the run folder.</summary>
    public SampleOptions Samples { get; init; } = new();

    /// <summary>When the watchdog speaks up, and whether it may stop the run.</summary>
    public WatchdogOptions Watchdog { get; init; } = new();

    /// <summary>Processor threads of the engine; null for as many as it measures to be fastest, which the run then records.</summary>
    [Range(1, 4096)]
    public int? Threads { get; init; }

    /// <summary>The same recipe wherever it is gone on with: the user's own paths made absolute.</summary>
    public Recipe Anchored() => InputPaths.Map(this, path => IsOwn(path) && Path.Exists(path) ? Path.GetFullPath(path) : path);

    /// <summary>What the run is made from besides the model: paths of prompts, pairs, judges.</summary>
    internal IReadOnlyList<string> Data() => [.. InputPaths.Of(this).Where(path => path != Model && path != PromptSource.WorldName)
        .Select(path => IsOwn(path) ? path : ModelFolder.Find(path))];

    private static bool IsOwn(string path) => path != PromptSource.WorldName && !ModelFolder.Shipped.Contains(path);

    /// <summary>The recipe file with every method, reward and step kernel there is.</summary>
    public static RecordFormat<Recipe> File { get; } = Format(RecordTypes.None
        .With<IMethod>(MethodCatalog.All)
        .With<IRewardOptions>([.. RewardCatalog.All.Select(entry => (entry.Name, entry.OptionsType))])
        .WithWords([.. StepKernels.All.Select(kernel => (kernel.Name, kernel))]));

    /// <summary>The recipe file: version 1, with these methods and rewards.</summary>
    /// <param name="types">The names of <see cref="IMethod"/> and <see cref="IRewardOptions"/> records.</param>
    public static RecordFormat<Recipe> Format(RecordTypes types) => new(types, new FormatVersion("recipe", 1));
}
