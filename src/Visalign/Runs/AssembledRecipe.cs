using Visalign.Generators;
using Visalign.Methods;
using Visalign.Networks;
using Visalign.Rollouts;
using Visalign.Torch.Processes;
using Visalign.Worlds;

namespace Visalign.Runs;

/// <summary>What a recipe asks for, put together and not yet run: prompts, judges, trained parameters, method. What it cannot do is refused here.</summary>
internal sealed class AssembledRecipe : IDisposable
{
    private readonly Recipe _recipe;

    /// <summary>Puts it together over a generator, which stays the caller's.</summary>
    /// <exception cref="InputException">The recipe asks for something that is not to be had; nothing stays open.</exception>
    internal AssembledRecipe(Recipe recipe, IGenerator generator, TimeProvider clock, ProcessGroup processes)
    {
        _recipe = recipe;
        // What may be refused comes before what holds memory.
        if (recipe.Rewards.Count == 0 && !recipe.Method.LearnsFromRewards && !generator.DrawsWorld)
            throw new InputException("rewards: the recipe names none. Pairs of a folder are learned from without, but this model's pictures are measured by them; add at least one.");
        EvaluationSteps = PlainSampling.Steps(generator, recipe.Evaluation.Steps, "evaluation.steps");
        Prompts = PromptSource.Of(recipe.Prompts, PromptSplit.Training, generator);
        Jury = new(recipe, clock);
        try
        {
            Adapter = Adapter.Of(generator.Base, recipe.Adapter, (ulong)recipe.Seed);
            Method = recipe.Method.Assemble(new(generator, Adapter, recipe.Rollout, recipe.Optimizer, (ulong)recipe.Seed)
            {
                Processes = processes, DifferentiableReward = () => Jury.Sum.Differentiable(), StepReward = Jury.Stepwise,
            });
        }
        catch
        {
            Adapter?.Dispose();
            Jury.Dispose();
            throw;
        }
    }

    /// <summary>Denoising steps of a picture that is measured; null where the model draws tokens.</summary>
    internal int? EvaluationSteps { get; }

    /// <summary>What is asked in training.</summary>
    internal PromptSource Prompts { get; }

    /// <summary>Who judges.</summary>
    internal Jury Jury { get; }

    /// <summary>What is trained.</summary>
    internal Adapter Adapter { get; }

    /// <summary>The method's parts.</summary>
    internal Assembly Method { get; }

    /// <summary>How many pictures the trained rewards judge in an iteration, those on the way to a picture included.</summary>
    internal long JudgedPerIteration => (long)_recipe.Rollout.Prompts * _recipe.Rollout.GroupSize * Method.JudgedPerSample;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, tensor) in Method.State) tensor.Dispose();
        Adapter.Dispose();
        Jury.Dispose();
    }
}
