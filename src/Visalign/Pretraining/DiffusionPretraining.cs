using Visalign.Generators;
using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Pretraining;

/// <summary>The networks of a latent diffusion model that are trained together.</summary>
/// <param name="Unet">Predicts the noise.</param>
/// <param name="Text">Reads the words for it.</param>
internal sealed record DiffusionNetworks(UnetConfig Unet, ClipTextConfig Text)
{
    private const string UnetKey = "unet.", TextKey = "text_encoder.";

    /// <summary>Fresh weights of both, under one tree.</summary>
    internal IEnumerable<(string Name, Tensor Value)> Initialize(ulong seed) =>
        Joined(Networks.Unet.Initialize(Unet, seed), ClipText.Initialize(Text, seed + 1));

    /// <summary>Two trees under one.</summary>
    internal static IEnumerable<(string Name, Tensor Value)> Joined(IEnumerable<(string Name, Tensor Value)> unet, IEnumerable<(string Name, Tensor Value)> text) =>
        [.. unet.Select(entry => (UnetKey + entry.Name, entry.Value)), .. text.Select(entry => (TextKey + entry.Name, entry.Value))];

    /// <summary>One tree as the two it was joined of.</summary>
    internal static (List<(string Name, Tensor Value)> Unet, List<(string Name, Tensor Value)> Text) Parted(IReadOnlyList<(string Name, Tensor Value)> joined)
    {
        return (Under(UnetKey), Under(TextKey));

        List<(string, Tensor)> Under(string key) => [.. joined.Where(entry => entry.Name.StartsWith(key, StringComparison.Ordinal)).Select(entry => (entry.Name[key.Length..], entry.Value))];
    }

    /// <summary>The predicted noise.</summary>
    /// <param name="tree">Both trees under one.</param>
    /// <param name="latents">Shape <c>[B, C, H, W]</c>, on the variance-preserving path.</param>
    /// <param name="timesteps">Shape <c>[B]</c>.</param>
    /// <param name="words">Shape <c>[B, L]</c>.</param>
    internal Tensor Predict(Weights tree, Tensor latents, Tensor timesteps, Tensor words)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Networks.Unet.Predict(tree["unet"], Unet, latents, timesteps, ClipText.Encode(tree["text_encoder"], Text, words).LastHiddenState));
    }

    /// <summary>Whether a tensor of the tree is a matrix or a convolution inside the networks: not an embedding, of words or times, nor a layer at either end.</summary>
    internal static bool IsInner(string name, Tensor value) => value.Rank > 1 && !name.Contains("embedding", StringComparison.Ordinal)
        && !name.StartsWith(UnetKey + "conv_in", StringComparison.Ordinal) && !name.StartsWith(UnetKey + "conv_out", StringComparison.Ordinal);
}

/// <summary>Trains a latent diffusion UNet and the text encoder it attends to on encoded scenes.</summary>
/// <remarks>
/// Ho et al., arXiv 2006.11239, equation 14: the squared error of the predicted noise at uniform timesteps, in the latents
/// and with the text of Rombach et al., arXiv 2112.10752, and with dropped prompts for classifier-free guidance. The text
/// encoder learns with the UNet, for want of one that knows the world's words.
/// </remarks>
internal static class DiffusionPretraining
{
    /// <summary>Runs the training.</summary>
    /// <param name="schedule">The noise of the timesteps.</param>
    /// <param name="first">Weights of both networks to begin with.</param>
    /// <returns>Averaged weights by name, in the open scope.</returns>
    internal static List<(string Name, Tensor Value)> Run(PretrainingOptions options, DiffusionNetworks networks, DiffusionNoise schedule, LatentScenes scenes,
        IEnumerable<(string Name, Tensor Value)> first, TimeProvider clock, IProgress<PretrainingProgress>? progress, CancellationToken stop)
    {
        using var scope = Tensor.Scope();
        var average = PretrainingLoop.Run(first, options, (weights, step) =>
        {
            var (data, words) = scenes.Batch(options, step);                                               // [B, C, H, W], [B, L]
            var noise = Noise.Normal(new((ulong)options.Seed, NoisePurpose.Training, Iteration: step), 0, data.Shape);
            int[] timesteps = Timesteps(options, schedule, step);
            var noisy = new DataAndNoise(data, noise).At([.. timesteps.Select(timestep => schedule[timestep])]);
            var told = Tensor.From([.. timesteps.Select(timestep => (float)timestep)], timesteps.Length);  // [B]
            return (networks.Predict(weights, noisy, told, words) - noise).Square().Mean();
        }, clock, progress, stop, DiffusionNetworks.IsInner);
        return [.. average.Select(entry => (entry.Name, scope.Keep(entry.Value)))];
    }

    private static int[] Timesteps(PretrainingOptions options, DiffusionNoise schedule, int step) =>
        [.. Enumerable.Range(0, options.BatchSize).Select(i => Noise.Below(schedule.Count, new((ulong)options.Seed, NoisePurpose.Choice, Iteration: step, Branch: 2), i))];
}
