using System.Globalization;
using Visalign.Generators;
using Visalign.Networks;
using Visalign.Torch;
using Visalign.Torch.Safetensors;

namespace Visalign.Runs;

/// <summary>What a finished run learned, over the base it was trained from.</summary>
public sealed class TrainedPolicy : IDisposable
{
    private readonly Adapter _adapter;

    private TrainedPolicy(NoiseGenerator generator, Adapter adapter) => (Generator, _adapter) = (generator, adapter);

    /// <summary>The generator; its base weights are those before alignment.</summary>
    public NoiseGenerator Generator { get; }

    /// <summary>The tree to run the generator under.</summary>
    public Weights Weights => _adapter.Weights;

    /// <summary>Pictures that the trained rewards judged.</summary>
    public long RewardCalls { get; private init; }

    /// <summary>Samples × network forwards of all rollouts.</summary>
    public long NetworkEvaluations { get; private init; }

    /// <summary>Loads a run's policy and its base.</summary>
    /// <exception cref="InputException">The run has not ended, its base model is gone or another one now, or a file is damaged.</exception>
    public static TrainedPolicy Load(KeptRun run)
    {
        if (!File.Exists(run.PolicyFile)) throw new InputException($"{run.Path}: this run has not ended; go on with it by 'visalign resume {run.Path}'.");
        if (ContentHash.Of(ModelFolder.Find(run.Recipe.Model)) != run.Provenance.BaseHash)
            throw new InputException($"{run.Path}: its base model '{run.Recipe.Model}' has changed since the run was made, and the policy fits only the old one. Bring that back, or align the new one.");
        var generator = ModelFolder.Load(run.Recipe.Model);
        Adapter? adapter = null;
        try
        {
            adapter = Adapter.Of(run.Recipe.Adapter, generator.Base, (ulong)run.Recipe.Seed);
            using var file = SafetensorsFile.Open(run.PolicyFile);
            foreach (var slot in adapter.Parameters.Slots) Fill(adapter.Parameters, slot, file);
            return new(generator, adapter) { RewardCalls = Count(file, "reward_calls"), NetworkEvaluations = Count(file, "network_evaluations") };
        }
        catch
        {
            adapter?.Dispose();
            generator.Dispose();
            throw;
        }
    }

    private static void Fill(FlatParameters parameters, ParameterSlot slot, SafetensorsFile file)
    {
        var entry = file.Entry(slot.Name);
        if (!entry.Shape.SequenceEqual(slot.Shape))
            throw new InputException($"{file.Path}: '{slot.Name}' has shape [{string.Join(", ", entry.Shape)}], expected [{string.Join(", ", slot.Shape)}]; it belongs to another run.");
        StoredNumbers.ToSingles(entry.Type, file.Bytes(slot.Name)).CopyTo(parameters.Values.AsSpan<float>()[(int)slot.Offset..]);
    }

    private static long Count(SafetensorsFile file, string key) =>
        long.TryParse(file.Metadata?.GetValueOrDefault(key), NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            ? count
            : throw new InputException($"{file.Path}: its metadata lack '{key}'; the file was not written by the run in its folder.");

    /// <inheritdoc/>
    public void Dispose()
    {
        _adapter.Dispose();
        Generator.Dispose();
    }
}
