using Visalign.Generators;
using Visalign.Networks;
using Visalign.Rewards;
using Visalign.Rollouts;
using Visalign.Torch;
using Visalign.Torch.Processes;

namespace Visalign.Methods;

/// <summary>A published way to align a generator: a sealed record of its options, with the paper's values as defaults.</summary>
public interface IMethod
{
    /// <summary>Picks the parts that make the method.</summary>
    Assembly Assemble(AssemblyContext context);

    /// <summary>Whether rewards judge what it learns from; not where verdicts come with the data.</summary>
    bool LearnsFromRewards => true;

    /// <summary>What a report draws of its own metrics; those that several methods have (rewards, KL, clipping, groups, diversity) are drawn for all.</summary>
    IReadOnlyList<MetricKind> Metrics => [];

    /// <summary>The plain fine-tuning that a study holds it against, with the same pictures and optimizer steps.</summary>
    TuningBaseline Baseline => TuningBaseline.OnBest(new());
}

/// <summary>A method that is there to be beaten.</summary>
/// <param name="Name">Its name in recipes.</param>
/// <param name="Words">What people call it.</param>
/// <param name="Method">With the options that make the comparison fair.</param>
public sealed record TuningBaseline(string Name, string Words, IMethod Method)
{
    /// <summary>Fine-tuning on the best sample of each group.</summary>
    /// <param name="method">Samples as the compared method does.</param>
    public static TuningBaseline OnBest(BestOfGroupTuning method) => new("best-of-group-tuning", "fine-tuning on the best of each group", method);
}

/// <summary>What a method is assembled for.</summary>
/// <param name="Generator">Holds the base weights, which are the reference.</param>
/// <param name="Adapter">What is trained.</param>
/// <param name="Rollout">How many samples an iteration takes, and how.</param>
/// <param name="Optimizer">How many updates it makes of them.</param>
/// <param name="Seed">Everything random follows from it.</param>
public sealed record AssemblyContext(IGenerator Generator, Adapter Adapter, RolloutOptions Rollout, OptimizerOptions Optimizer, ulong Seed)
{
    /// <summary>The generator as one that denoises.</summary>
    /// <exception cref="InputException">It makes pictures in another way.</exception>
    public NoiseGenerator Noise => Generator as NoiseGenerator
        ?? throw new InputException("method: it trains models that make pictures by denoising, and this model does not. 'visalign papers' lists the methods for others.");

    /// <summary>The processes of the run, which share out its rollouts; the run shares out the parts of updates itself.</summary>
    public ProcessGroup Processes { get; init; } = ProcessGroup.Alone;

    /// <summary>The rewards trained on as one with a gradient with respect to the pictures.</summary>
    /// <exception cref="InputException">One has none; the sentence names those that have.</exception>
    public Func<IDifferentiableReward> DifferentiableReward { get; init; } = () => throw new InvalidOperationException("This run has no rewards.");

    /// <summary>The rewards trained on as one that judges pictures on the way, as they are predicted from a noise level.</summary>
    public Func<IStepReward> StepReward { get; init; } = () => throw new InvalidOperationException("This run has no rewards.");

    /// <summary>The generator as one that draws tokens, with rollout options that mean something there.</summary>
    /// <exception cref="InputException">It makes pictures in another way, or options of denoising were set.</exception>
    public TokenGenerator Tokens
    {
        get
        {
            if (Generator is not TokenGenerator tokens)
                throw new InputException("method: it trains models that draw tokens, and this model makes pictures by denoising. 'visalign papers' lists the methods for others.");
            if (Rollout.Shift is not null || Rollout.Steps is not null)
                throw new InputException("rollout: 'steps' and 'shift' are of denoising, and this model draws tokens one after another. Leave them out.");
            return tokens;
        }
    }

    /// <summary>The tree under training.</summary>
    public Weights Policy => Adapter.Weights;

    /// <summary>Denoises by a plan of each iteration's own, on all processes together.</summary>
    /// <param name="reduction">Of the recorded log-probabilities.</param>
    /// <exception cref="InputException">The generator makes pictures in another way.</exception>
    public Func<Weights, IReadOnlyList<Condition>, long, NoiseRollout> Denoising(Func<long, RolloutPlan> plan, LogProbReduction reduction = LogProbReduction.Mean)
    {
        var generator = Noise;
        return (weights, conditions, iteration) => RolloutSampler.Sample(generator, weights, plan(iteration), conditions, reduction, Seed, iteration, processes: Processes);
    }

    /// <summary>Denoises by one plan, on all processes together.</summary>
    public Func<Weights, IReadOnlyList<Condition>, long, NoiseRollout> Denoising(RolloutPlan plan) => Denoising(_ => plan);

    /// <summary>Draws tokens, on all processes together.</summary>
    /// <exception cref="InputException">The generator makes pictures in another way.</exception>
    public Func<Weights, IReadOnlyList<Condition>, long, TokenRollout> Drawing(TokenPlan plan)
    {
        var generator = Tokens;
        return (weights, conditions, iteration) => TokenRolloutSampler.Sample(generator, weights, plan, conditions, Seed, iteration, processes: Processes);
    }
}

/// <summary>A method as the training loop sees it.</summary>
public sealed record Assembly
{
    /// <summary>Samples an iteration's groups under some weights, one for each condition. All processes call it together and get the whole rollout.</summary>
    public required Func<Weights, IReadOnlyList<Condition>, long, Rollout> Sample { get; init; }

    /// <summary>From rewards (NaN = not judged) and group numbers to one advantage per sample; none for methods that do not weigh samples by them.</summary>
    public Func<double[], long[], double[]> Credit { get; init; } = (_, _) => [];

    /// <summary>How many pictures the trained rewards judge for each final sample, itself and those on the way to it; 0 where verdicts came with the samples.</summary>
    public int JudgedPerSample { get; init; } = 1;

    /// <summary>The terms of the loss; of those given, the ones that weigh anything.</summary>
    public required IReadOnlyList<LossTerm> Terms { get; init => field = [.. value.Where(term => term.Weight != 0)]; }

    /// <summary>The updates that an iteration makes, in order, by a loss of the terms it is given.</summary>
    public required Func<Rollout, double[], LossTerms, IEnumerable<Update>> UpdatesBy { get; init; }

    /// <summary>What the loss is, whatever the samples, while the policy is its base; null where it depends on them.</summary>
    public double? LossAtBase { get; init; }

    /// <summary>Gives the tree that rollouts sample from, where that is not the policy under training; its views belong to the open scope.</summary>
    public Func<Weights>? Behavior { get; init; }

    /// <summary>What the method carries from one iteration to the next, by names of its own: float32, persistent. The run saves, restores and frees it.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> State { get; init; } = [];

    /// <summary>Moves <see cref="State"/> on when an iteration's updates are done, given the optimizer steps taken so far.</summary>
    public Action<long>? AfterUpdates { get; init; }

    /// <summary>The updates that an iteration makes, in order.</summary>
    /// <param name="advantages">Of <see cref="Credit"/>.</param>
    public IEnumerable<Update> Updates(Rollout rollout, double[] advantages) => UpdatesBy(rollout, advantages, new(Terms));

    /// <summary>What they would be, were one of <see cref="Terms"/> the whole loss; over all terms the gradients add up to those of the whole.</summary>
    public IEnumerable<Update> Updates(Rollout rollout, double[] advantages, LossTerm alone) => UpdatesBy(rollout, advantages, new([alone]));
}

/// <summary>One optimizer step: parts whose gradients are added up.</summary>
/// <param name="Parts">Each builds its share of the loss, a scalar, and notes what it saw. Several processes share them out, so none may count on another having been built.</param>
public sealed record Update(IReadOnlyList<Func<UpdateStatistics, Tensor>> Parts);
