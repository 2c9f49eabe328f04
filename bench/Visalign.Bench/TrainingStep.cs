using Visalign.Networks;
using Visalign.Torch;
using Visalign.Torch.Optimizers;

namespace Visalign.Bench;

/// <summary>A training step: forward, squared error, backward, clipping, AdamW, moving average.</summary>
internal static class TrainingStep
{
    /// <param name="initial">The network's weights.</param>
    /// <param name="target">What it is to predict.</param>
    /// <param name="predict">Runs it; what it reads belongs to the open scope.</param>
    internal static Prepared Ready(List<(string Name, Tensor Value)> initial, Tensor target, Func<Weights, Tensor> predict)
    {
        var parameters = new FlatParameters(initial);
        // Residual branches start at zero; nudged, every gradient is at work as in a real run.
        using (Autograd.NoGrad()) parameters.Values.AddInPlace(Normal(1, 1, parameters.Count).Reshape(-1), 0.02);
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

    internal static Tensor Normal(int branch, params ReadOnlySpan<long> shape) => Noise.Normal(new(1, NoisePurpose.Training, Branch: branch), 0, shape);
}
