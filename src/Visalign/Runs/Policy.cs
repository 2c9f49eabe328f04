using Visalign.Generators;
using Visalign.Networks;
using Visalign.Torch;
using Visalign.Torch.Safetensors;

namespace Visalign.Runs;

/// <summary>Something to sample from: a model as it is, or as a finished run aligned it.</summary>
public sealed class Policy : IDisposable
{
    private readonly Adapter? _adapter;

    private Policy(string name, IGenerator generator, Recipe? recipe, Adapter? adapter) =>
        (Name, Generator, Recipe, _adapter) = (name, generator, recipe, adapter);

    /// <summary>The model or run folder it is from, as it was named.</summary>
    public string Name { get; }

    /// <summary>The generator; its <see cref="IGenerator.Base"/> is the model before alignment.</summary>
    public IGenerator Generator { get; }

    /// <summary>What the run was told to do, or null where no run made it.</summary>
    public Recipe? Recipe { get; }

    /// <summary>The tree to run the network under.</summary>
    public Weights Weights => _adapter?.Weights ?? Generator.Base;

    /// <summary>The guidance scale to sample at unless one is asked for: the run's own, or the model's best; 1 = off.</summary>
    public double GuidanceScale => Recipe?.Rollout.GuidanceScale ?? Generator.GuidanceScale;

    /// <summary>A model as it is.</summary>
    /// <param name="model">A shipped name, or a model folder.</param>
    /// <exception cref="InputException">There is none, or it cannot be read.</exception>
    public static Policy OfModel(string model) => new(model, ModelFolder.Load(model), recipe: null, adapter: null);

    /// <summary>What a finished run learned, over the model it began with. The folder is only read, so the run may be in use.</summary>
    /// <param name="run">A run folder with a <c>policy.safetensors</c>; checkpoints of an unfinished run are not looked at.</param>
    /// <exception cref="InputException">No finished run, another base model than it began with, or a file that cannot be read.</exception>
    public static Policy OfRun(string run)
    {
        var kept = KeptRun.Open(run);
        var recipe = kept.Recipe;
        string learned = Path.Combine(run, RunFolder.PolicyName);
        if (!File.Exists(learned))
            throw new InputException($"{run}: this run has not finished, it has no {RunFolder.PolicyName} yet; finish it by 'visalign resume {run}'.");
        if (ContentHash.Of(ModelFolder.Find(recipe.Model)) != kept.Provenance.BaseHash)
            throw new InputException($"{run}: the model '{recipe.Model}' is not the one this run began with, its files have changed; restore them, or align the model as it is now.");
        var generator = ModelFolder.Load(recipe.Model);
        Adapter? adapter = null;
        try
        {
            adapter = Adapter.Of(generator.Base, recipe.Adapter, (ulong)recipe.Seed);
            Fill(adapter.Parameters, learned);
            return new(run, generator, recipe, adapter);
        }
        catch
        {
            adapter?.Dispose();
            generator.Dispose();
            throw;
        }
    }

    private static void Fill(FlatParameters parameters, string path)
    {
        using var scope = Tensor.Scope();
        using var noGradient = Autograd.NoGrad();
        var learned = TensorFiles.LoadAll(path, DType.Float32).ToDictionary(entry => entry.Name, entry => entry.Value, StringComparer.Ordinal);
        foreach (var slot in parameters.Slots)
        {
            if (!learned.TryGetValue(slot.Name, out var value) || !value.Shape.SequenceEqual(slot.Shape))
                throw new InputException($"{path}: expected '{slot.Name}' of shape [{string.Join(", ", slot.Shape)}], found {(value is null ? "none" : $"[{string.Join(", ", value.Shape.ToArray())}]")}; the file is not of this run's recipe, restore it from a copy.");
            slot.Of(parameters.Values).CopyInPlace(value);
        }
        if (learned.Count != parameters.Slots.Count)
            throw new InputException($"{path}: holds {learned.Count} tensors, expected {parameters.Slots.Count}; the file is not of this run's recipe, restore it from a copy.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _adapter?.Dispose();
        Generator.Dispose();
    }
}
