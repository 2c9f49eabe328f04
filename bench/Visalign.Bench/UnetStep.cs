using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Bench;

/// <summary>One training step of the UNet that ships as shapes32-eps, from text states on.</summary>
internal static class UnetStep
{
    private const int Words = 8;

    private static readonly UnetConfig Config = new()
    {
        InChannels = 4, OutChannels = 4, TextWidth = 64, Channels = [32, 64], Layers = [1, 1], Heads = [2, 2], Depths = [1, 1],
        AttendsDown = [false, true], AttendsUp = [false, true], LinearProjection = false, Groups = 8, Side = 8,
    };

    internal static Prepared Ready(int batch)
    {
        var latents = TrainingStep.Normal(2, batch, Config.InChannels, 8, 8);
        var timesteps = TrainingStep.Normal(4, batch, 1).Sigmoid().Reshape(-1) * 999;
        var text = TrainingStep.Normal(5, batch, Words, Config.TextWidth);
        return TrainingStep.Ready(() => Unet.Initialize(Config, seed: 1), TrainingStep.Normal(3, batch, Config.OutChannels, 8, 8), weights => Unet.Predict(weights, Config, latents, timesteps, text));
    }
}
