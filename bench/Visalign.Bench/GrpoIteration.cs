using Visalign.Generators;
using Visalign.Methods;
using Visalign.Networks;
using Visalign.Rewards;
using Visalign.Rollouts;
using Visalign.Torch;
using Visalign.Torch.Optimizers;
using Visalign.Torch.Safetensors;
using Visalign.Worlds;

namespace Visalign.Bench;

/// <summary>One iteration of Flow-GRPO as its recipe has it: 12 prompts × 8 samples × 6 steps, decoding, reward, one update of all weights over 3 steps with KL.</summary>
/// <remarks>
/// The reward is a picture's brightness, next to nothing to compute on either side; the exact checker is a workload of its own. The window
/// starts at the first step, and the samples are one micro-batch.
/// </remarks>
internal sealed class GrpoIteration : IDisposable
{
    private const ulong Seed = 1;
    private const int Prompts = 12;

    private readonly IGenerator _generator;
    private readonly Adapter _adapter;
    private readonly AdamW _optimizer;
    private readonly Assembly _assembly;
    private readonly PromptSource _prompts = PromptSource.World(PromptSplit.Training);
    private readonly Brightness _reward = new();
    private long _iteration;

    private GrpoIteration(double guidance)
    {
        _generator = Fresh();
        _adapter = Adapter.Full(_generator.Base);
        _optimizer = new AdamW(_adapter.Parameters, new(), average: true);
        var rollout = new RolloutOptions { Prompts = Prompts, GroupSize = 8, Steps = 6, MicroBatch = 96, GuidanceScale = guidance };
        _assembly = new FlowGrpo { Window = new() { Size = 3, To = 3 } }.Assemble(new(_generator, _adapter, rollout, new(), Seed));
    }

    internal static Prepared Ready(double guidance)
    {
        var iteration = new GrpoIteration(guidance);
        return new(iteration.Run, iteration._adapter.Parameters.Count) { Release = iteration.Dispose };
    }

    private void Run()
    {
        using var scope = Tensor.Scope();
        var rollout = _assembly.Sample(_adapter.Weights, _prompts.Draw(Seed, _iteration * Prompts, Prompts), _iteration++);
        var rewards = _reward.Score(_generator.Decode(rollout.Final), rollout.Conditions);
        var statistics = new UpdateStatistics();
        foreach (var update in _assembly.Updates(rollout, _assembly.Credit(rewards.Values, rollout.Groups)))
        {
            _adapter.Parameters.ClearGradients();
            foreach (var part in update.Parts)
            {
                using var inner = Tensor.Scope();
                Autograd.Backward(part(statistics));
            }
            _optimizer.Step(1e-5, averageDecay: 0.9);
        }
    }

    // Random weights do the same work as trained ones. The residual branches start at zero; nudged, every gradient is at work.
    private static IGenerator Fresh()
    {
        var folder = Directory.CreateTempSubdirectory("visalign-bench-");
        try
        {
            using var scope = Tensor.Scope();
            var network = new TextDitConfig { Vocabulary = Vocabulary.Size };
            TensorFiles.Save(Path.Combine(folder.FullName, "transformer.safetensors"), TextDit.Initialize(network, Seed).Select((entry, at) =>
                (entry.Name, entry.Value + Noise.Normal(new(Seed, NoisePurpose.Training, at), 0, [1, entry.Value.Count]).Reshape(entry.Value.Shape) * 0.02)));
            TensorFiles.Save(Path.Combine(folder.FullName, "vae.safetensors"), ToyVae.Initialize(Seed));
            new GeneratorConfig { Network = network, LatentScale = 1 }.Save(folder.FullName);
            return ModelFolder.Load(folder.FullName); // which maps the files, and so keeps what it needs of them
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _adapter.Dispose();
        _generator.Dispose();
    }
}
