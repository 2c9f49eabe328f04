using Visalign.AdapterFiles;
using Visalign.Generators;
using Visalign.Networks;
using Visalign.Torch;
using Visalign.Torch.Safetensors;

namespace Visalign.Runs;

/// <summary>Something to sample from: a model as it is, under an adapter file, or as a finished run aligned it.</summary>
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

    /// <summary>Whether its weights are others than the model's own: learned by a run, or from an adapter file.</summary>
    public bool IsTuned => _adapter is not null;

    /// <summary>The guidance scale to sample at unless one is asked for: the run's own, or the model's best; 1 = off.</summary>
    public double GuidanceScale => Recipe?.Rollout.GuidanceScale ?? Generator.GuidanceScale;

    /// <summary>A model as it is.</summary>
    /// <param name="model">A shipped name, or a model folder.</param>
    /// <exception cref="InputException">There is none, or it cannot be read.</exception>
    public static Policy OfModel(string model) => new(model, ModelFolder.Load(model), recipe: null, adapter: null);

    /// <summary>A model under a low-rank adapter from a file.</summary>
    /// <param name="model">A shipped name, or a model folder.</param>
    /// <param name="lora">A file or folder as <see cref="LoraFile.Read"/> takes them; of the network that is aligned alone.</param>
    /// <exception cref="InputException">The model or the file cannot be read, or the file is of other layers.</exception>
    public static Policy OfModel(string model, string lora)
    {
        var generator = ModelFolder.Load(model);
        try
        {
            using var scope = Tensor.Scope();
            using var noGradient = Autograd.NoGrad();
            var read = LoraFile.Read(lora, new Dictionary<string, Weights> { [generator.Component] = generator.Base });
            return new(model, generator, recipe: null, Adapter.LowRank(generator.Base, read[generator.Component]));
        }
        catch
        {
            generator.Dispose();
            throw;
        }
    }

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

    /// <summary>Writes the low-rank adapter for other programs.</summary>
    /// <param name="path">As <see cref="LoraWriter.Save"/> takes it.</param>
    /// <exception cref="InputException">There is none, or the format cannot say it.</exception>
    public void Export(string path, LoraFormat format)
    {
        if (_adapter is not { Layers.Count: > 0 })
            throw new InputException($"{Name}: it has no low-rank adapter to write, since all weights were trained; align with 'adapter: {{ kind: lora }}' to get one.");
        using var scope = Tensor.Scope();
        LoraWriter.Save(path, new Dictionary<string, IReadOnlyList<(string, LowRankPair)>> { [Generator.Component] = _adapter.Layers }, format);
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
