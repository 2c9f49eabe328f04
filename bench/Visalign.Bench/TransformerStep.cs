using Visalign.Networks;
using Visalign.Torch;
using Visalign.Torch.Optimizers;

namespace Visalign.Bench;

/// <summary>One training step of the toy transformer: forward, squared error, backward, AdamW.</summary>
internal sealed class TransformerStep : IDisposable
{
    private readonly TextDitConfig _config = new();
    private readonly FlatParameters _parameters;
    private readonly Weights _weights;
    private readonly AdamW _optimizer;
    private readonly Tensor _latents, _levels, _words, _target;

    internal TransformerStep(int batch)
    {
        using var scope = Tensor.Scope();
        _parameters = new FlatParameters(TextDit.Initialize(_config, seed: 1));
        // The residual branches start at zero; nudged, every gradient is at work as in a real run.
        using (Autograd.NoGrad()) _parameters.Values.AddInPlace(Normal(1, [1, _parameters.Count]).Reshape(-1), 0.02);
        _weights = Weights.Of(_parameters.Slots.Select(slot => (slot.Name, _parameters[slot.Name])));
        _optimizer = new AdamW(_parameters, new(), average: true);
        long[] shape = [batch, _config.LatentChannels, _config.LatentSize, _config.LatentSize];
        _latents = Normal(2, shape).Persist();
        _target = Normal(3, shape).Persist();
        _levels = Normal(4, [batch, 1]).Sigmoid().Reshape(-1).Persist();
        var words = new long[batch * _config.PromptLength];
        for (int i = 0; i < words.Length; i++) words[i] = Noise.Below(_config.Vocabulary, new(1, NoisePurpose.Choice), i);
        _words = Tensor.From(words, batch, _config.PromptLength).Persist();
    }

    internal double Run()
    {
        using var scope = Tensor.Scope();
        _parameters.ClearGradients();
        var loss = (TextDit.Velocity(_weights, _config, _latents, _levels, _words) - _target).Square().Mean();
        Autograd.Backward(loss);
        _optimizer.Step(1e-4, averageDecay: 0.999);
        return loss.Item();
    }

    private static Tensor Normal(int branch, ReadOnlySpan<long> shape) => Noise.Normal(new(1, NoisePurpose.Training, Branch: branch), 0, shape);

    public void Dispose()
    {
        _optimizer.Dispose();
        _parameters.Dispose();
        foreach (var tensor in new[] { _latents, _levels, _words, _target }) tensor.Dispose();
    }
}
