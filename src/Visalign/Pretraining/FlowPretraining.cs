using Visalign.Generators;
using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Pretraining;

/// <summary>Trains the latent flow-matching transformer on encoded scenes.</summary>
/// <remarks>
/// Conditional flow matching with logit-normal times (Esser et al., arXiv 2403.03206, section 3.1) and dropped prompts for
/// classifier-free guidance (Ho and Salimans, arXiv 2207.12598).
/// </remarks>
public static class FlowPretraining
{
    /// <summary>Runs the training.</summary>
    /// <param name="flaws">What is wrong with some of the training pictures.</param>
    /// <param name="from">The weights and latent scale of a model of the same network to begin with; null: fresh weights.</param>
    /// <param name="autoencoder">Trained weights of <see cref="ToyVae"/>.</param>
    /// <returns>Averaged weights by name, and the factor that brings latents to unit variance.</returns>
    public static (List<(string Name, Tensor Value)> Weights, double LatentScale) Run(
        PretrainingOptions options, TextDitConfig config, SceneFlaws flaws, Weights autoencoder, (Weights Weights, double LatentScale)? from, TimeProvider clock, IProgress<PretrainingProgress>? progress = null, CancellationToken stop = default)
    {
        using var scope = Tensor.Scope();
        var scenes = LatentScenes.Draw(options, flaws, autoencoder, from?.LatentScale);
        var first = from?.Weights.All().Select(entry => (entry.Name, Value: entry.Tensor)) ?? TextDit.Initialize(config, (ulong)options.Seed);
        var average = PretrainingLoop.Run(first, options, (weights, step) =>
        {
            var (data, words) = scenes.Batch(options, step);                                               // [B, C, H, W], [B, L]
            var noise = Noise.Normal(new((ulong)options.Seed, NoisePurpose.Training, Iteration: step), 0, data.Shape);
            var times = Times(options, step);                                                              // [B]
            var noisy = new DataAndNoise(data, noise).OnFlow(times);
            return (TextDit.Velocity(weights, config, noisy, times, words) - (noise - data)).Square().Mean();
        }, clock, progress, stop);
        return ([.. average.Select(entry => (entry.Name, scope.Keep(entry.Value)))], scenes.Scale);
    }

    private static Tensor Times(PretrainingOptions options, int step)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Noise.Normal(new((ulong)options.Seed, NoisePurpose.Training, Iteration: step, Branch: 1), 0, [options.BatchSize, 1]).Sigmoid().Reshape(-1));
    }
}
