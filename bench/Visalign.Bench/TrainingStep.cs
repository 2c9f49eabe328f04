using Visalign.Networks;
using Visalign.Torch;
using Visalign.Torch.Optimizers;

namespace Visalign.Bench;

/// <summary>A training step: forward, squared error, backward, clipping, AdamW, moving average.</summary>
internal static class TrainingStep
{
    /// <param name="initial">Makes the network's weights.</param>
    /// <param name="target">What it is to predict.</param>
    /// <param name="predict">Runs it; what it reads belongs to the open scope.</param>
    internal static Prepared Ready(Func<List<(string Name, Tensor Value)>> initial, Tensor target, Func<Weights, Tensor> predict)
    {
        var parameters = Nudged(initial);
        var weights = Weights.Of(parameters.Slots.Select(slot => (slot.Name, parameters[slot.Name])));
        var optimizer = new AdamW(parameters, new(), average: true);
        return new(Run, parameters.Count)
        {
            Release = () =>
            {
                optimizer.Dispose();
                parameters.Dispose();
            },
        };

        void Run()
        {
            using var scope = Tensor.Scope();
            parameters.ClearGradients();
            var loss = (predict(weights) - target).Square().Mean();
            Autograd.Backward(loss);
            optimizer.Step(1e-4, averageDecay: 0.999);
            _ = loss.Item();
        }
    }

    // Residual branches start at zero; nudged, every gradient is at work as in a real run.
    private static FlatParameters Nudged(Func<List<(string Name, Tensor Value)>> initial)
    {
        using var scope = Tensor.Scope();
        using var noGradient = Autograd.NoGrad();
        var parameters = new FlatParameters(initial());
        foreach (var (slot, at) in parameters.Slots.Select((slot, at) => (slot, at)))
        {
            using var inner = Tensor.Scope();
            slot.Of(parameters.Values).AddInPlace(Normal(100 + at, [1, .. slot.Shape]).Select(0, 0), 0.02);
        }
        return parameters;
    }

    internal static Tensor Normal(int branch, params ReadOnlySpan<long> shape) => Noise.Normal(new(1, NoisePurpose.Training, Branch: branch), 0, shape);
}
