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

/// <summary>One iteration of a method on a toy of random weights: rollout of 96 samples, decoding, reward, credit, one update of all weights.</summary>
/// <remarks>
/// The reward is a picture's brightness, next to nothing to compute on either side; the exact checker is a workload of its own. The samples
/// are one micro-batch.
/// </remarks>
internal sealed class MethodIteration : IDisposable
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

    private MethodIteration(IMethod method, int steps, double guidance)
    {
        _generator = Fresh();
        _adapter = Adapter.Full(_generator.Base);
        _optimizer = new AdamW(_adapter.Parameters, new(), average: true);
        var rollout = new RolloutOptions { Prompts = Prompts, GroupSize = 8, Steps = steps, MicroBatch = 96, GuidanceScale = guidance };
        _assembly = method.Assemble(new(_generator, _adapter, rollout, new(), Seed) { DifferentiableReward = () => _reward });
    }

    /// <summary>Flow-GRPO as its recipe has it: 6 steps, of which the first 3 are trained, with KL.</summary>
    internal static Prepared FlowGrpo(double guidance) => Ready(new FlowGrpo { Window = new() { Size = 3, To = 3 } }, steps: 6, guidance);

    /// <summary>DRaFT through all steps.</summary>
    internal static Prepared Draft(int steps) => Ready(new Draft { LastSteps = 0 }, steps, guidance: 1);

    private static Prepared Ready(IMethod method, int steps, double guidance)
    {
        var iteration = new MethodIteration(method, steps, guidance);
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
