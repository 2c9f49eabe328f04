using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Pretraining;

/// <summary>Trains the toy autoencoder on rendered scenes.</summary>
/// <remarks>Loss: <c>mean |x - y| + mean (x - y)² + weight · KL(q ‖ N(0, I))</c>, KL averaged over latent elements.</remarks>
public static class VaePretraining
{
    /// <summary>Usual weight of the KL term.</summary>
    public const double KlWeight = 1e-3;

    /// <summary>Runs the training.</summary>
    /// <returns>Averaged weights by name.</returns>
    public static List<(string Name, Tensor Value)> Run(PretrainingOptions options, TimeProvider clock, IProgress<PretrainingProgress>? progress = null, double klWeight = KlWeight, CancellationToken stop = default)
    {
        using var scope = Tensor.Scope();
        var (pictures, _) = SceneData.Draw(options.Scenes, (ulong)options.Seed);
        var average = PretrainingLoop.Run(ToyVae.Initialize((ulong)options.Seed), options, (weights, step) =>
        {
            var pixels = pictures.IndexSelect(0, SceneData.Rows(options, step)).To(DType.Float32) / 255;
            var (mean, logVariance) = ToyVae.Encode(weights, pixels);
            var noise = Noise.Normal(new((ulong)options.Seed, NoisePurpose.Training, Iteration: step), 0, mean.Shape);
            var difference = ToyVae.Decode(weights, mean.AddProduct((logVariance * 0.5).Exp(), noise)) - pixels;
            var divergence = (mean.Square() + logVariance.Exp() - logVariance - 1).Mean() * 0.5;
            return difference.Abs().Mean() + difference.Square().Mean() + divergence * klWeight;
        }, clock, progress, stop);
        return [.. average.Select(entry => (entry.Name, scope.Keep(entry.Value)))];
    }
}
