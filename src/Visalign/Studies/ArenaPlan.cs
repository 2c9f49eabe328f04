using Visalign.Generators;
using Visalign.Methods;
using Visalign.Reports;
using Visalign.Runs;
using Visalign.Torch.Engines;
using Visalign.Torch.Processes;

namespace Visalign.Studies;

/// <summary>One that competes in an arena: a method, or the fine-tuning that methods are held against.</summary>
/// <param name="Name">What its run folders are called after.</param>
/// <param name="Words">What people call it.</param>
/// <param name="Recipe">Of its first seed.</param>
/// <param name="JudgedPerIteration">Pictures that the trained rewards judge in an iteration.</param>
public sealed record Contestant(string Name, string Words, SystemRole Role, Recipe Recipe, long JudgedPerIteration)
{
    /// <summary>Pictures that the trained rewards judge in its training.</summary>
    public long RewardCalls => JudgedPerIteration * Recipe.Budget.Iterations;

    /// <summary>Of these, the pictures that were finished, and not judged on the way.</summary>
    public long FinishedPictures => (long)Recipe.Rollout.Prompts * Recipe.Rollout.GroupSize * Recipe.Budget.Iterations;
}

/// <summary>Who competes, and on which ground.</summary>
/// <param name="Name">The paper or recipe that is reproduced, or the methods that compete, with commas between.</param>
/// <param name="Contestants">The methods in the order asked, then the fine-tuning.</param>
/// <param name="Command">The command line that asks for it, but for the seeds.</param>
public sealed record ArenaPlan(string Name, IReadOnlyList<Contestant> Contestants, string Command)
{
    // Of a recipe, what all have in common.
    private static readonly string[] Ground = ["model", "rewards", "heldout", "failures", "prompts", "evaluation", "seed", "threads"];

    /// <summary>The methods.</summary>
    public IReadOnlyList<Contestant> Methods => [.. Contestants.Where(one => one.Role == SystemRole.Aligned)];

    /// <summary>A recipe as it is, against the fine-tuning that its method names, with its iterations.</summary>
    /// <exception cref="InputException">The recipe asks for something that is not to be had.</exception>
    public static ArenaPlan OfOne(ShippedRecipe shipped, TimeProvider clock)
    {
        var own = shipped.Recipe with { Evaluation = shipped.Recipe.Evaluation with { TrainedReward = true } };
        using var generator = GeneratorOf(own);
        var (baseline, recipe) = (own.Method.Baseline, own with { Method = own.Method.Baseline.Method });
        return new(shipped.Name,
        [
            new(shipped.Name, shipped.Name, SystemRole.Aligned, own, Judged(own, generator, clock)),
            new(baseline.Name, baseline.Words, SystemRole.Baseline, recipe, Judged(recipe, generator, clock)),
        ], $"visalign reproduce {shipped.Arguments}");
    }

    /// <summary>Several recipes on the ground of the first: its model, rewards, prompts, evaluation and seed, and as many pictures judged as whole iterations permit.</summary>
    /// <remarks>
    /// All else is each recipe's own: its rollouts, its optimizer, its adapter. The fine-tuning is the one that the first method names, in
    /// the first recipe. Evaluations while training are as many for each, and at the guidance scale that is best for it then, unless
    /// <c>evaluation.curve_guidance</c> is among the overrides.
    /// </remarks>
    /// <param name="methods">Slugs of papers, or paths of recipes.</param>
    /// <param name="overrides">Values that replace those of every recipe, each as <c>rollout.steps=4</c>.</param>
    /// <param name="budget">Pictures judged in a training; null for those of the first recipe.</param>
    /// <exception cref="InputException">A recipe's faults, or a method that cannot compete on this ground.</exception>
    public static ArenaPlan OnCommonGround(IReadOnlyList<string> methods, IReadOnlyList<string> overrides, long? budget, TimeProvider clock)
    {
        if (methods.Count == 0) throw new InputException("--methods: found none, expected at least one, as in --methods flow-grpo,diffusion-nft.");
        // An override of the ground may not even fit into another recipe: an option of a reward, say.
        string[] own = [.. overrides.Where(text => !Ground.Contains(text.Split('=')[0].Split('.')[0].Trim()))];
        ShippedRecipe[] all = [.. methods.Select((method, at) => ShippedRecipe.Find(method, at == 0 ? overrides : own))];
        var first = all[0].Recipe;
        bool chosen = overrides.Any(text => text.Split('=')[0].Trim().EndsWith("curve_guidance", StringComparison.Ordinal));
        var evaluation = first.Evaluation with { TrainedReward = true, CurveGuidance = chosen ? first.Evaluation.CurveGuidance : CurveGuidance.Best };
        (string Name, string Words, SystemRole Role, Recipe Recipe)[] entries =
        [
            .. all.Select(one => (one.Name, one.Name, SystemRole.Aligned, one.Recipe)),
            (first.Method.Baseline.Name, first.Method.Baseline.Words, SystemRole.Baseline, first with { Method = first.Method.Baseline.Method }),
        ];
        if (entries.GroupBy(entry => entry.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new InputException($"--methods: '{twice.Key}' is there twice{(twice.Key == entries[^1].Name ? ", once as the baseline" : "")}. Give one a recipe file of another name.");

        using var generator = GeneratorOf(first);
        Contestant[] level = [.. entries.Select(entry => Level(entry, first, evaluation, generator, clock))];
        long calls = budget ?? level[0].RewardCalls;
        int points = evaluation.Every == 0 ? 0 : Math.Max(1, first.Budget.Iterations / evaluation.Every);
        return new(string.Join(',', all.Select(one => one.Name)), [.. level.Select(one => Spending(one, calls, points))],
            $"visalign arena --methods {string.Join(',', methods)}{(budget is null ? "" : FormattableString.Invariant($" --budget {budget}"))}{string.Concat(overrides.Select(text => $" --set '{text}'"))}");
    }

    private static Contestant Level((string Name, string Words, SystemRole Role, Recipe Recipe) entry, Recipe first, EvaluationOptions evaluation, IGenerator generator, TimeProvider clock)
    {
        if (!entry.Recipe.Method.LearnsFromRewards)
            throw new InputException($"{entry.Name}: it learns from the pairs of a folder, and here all learn from the same rewards. Leave method.pairs.folder out.");
        var recipe = entry.Recipe with
        {
            Seed = first.Seed, Model = first.Model, Rewards = first.Rewards, Heldout = first.Heldout, Failures = first.Failures, Prompts = first.Prompts,
            Evaluation = evaluation, Threads = first.Threads,
        };
        try
        {
            return new(entry.Name, entry.Words, entry.Role, recipe, Judged(recipe, generator, clock));
        }
        catch (InputException refusal) when (entry.Recipe != first)
        {
            throw new InputException($"{entry.Name} cannot compete here: {refusal.Message} Model, rewards and fine-tuning are those of the first method; name another first, or set them by --model and --set rewards=[NAME].", refusal);
        }
    }

    private static IGenerator GeneratorOf(Recipe recipe)
    {
        Engine.Start(new() { Threads = recipe.Threads ?? 0 });
        return ModelFolder.Load(recipe.Model);
    }

    private static long Judged(Recipe recipe, IGenerator generator, TimeProvider clock)
    {
        using var assembled = new AssembledRecipe(recipe, generator, clock, ProcessGroup.Alone);
        return assembled.JudgedPerIteration;
    }

    private static Contestant Spending(Contestant one, long calls, int points)
    {
        int iterations = (int)Math.Max(1, Math.Round((double)calls / one.JudgedPerIteration, MidpointRounding.AwayFromZero));
        int every = points == 0 ? 0 : (iterations + points - 1) / points;
        return one with
        {
            Recipe = one.Recipe with { Budget = one.Recipe.Budget with { Iterations = iterations }, Evaluation = one.Recipe.Evaluation with { Every = every } },
        };
    }
}
