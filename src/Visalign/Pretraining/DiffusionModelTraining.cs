using Visalign.Generators;
using Visalign.Networks;
using Visalign.Torch;
using Visalign.Torch.Safetensors;

namespace Visalign.Pretraining;

/// <summary>Makes a latent diffusion UNet with its text encoder, over the embedded world's autoencoder.</summary>
internal sealed record DiffusionModelTraining(VaeRecipe Vae, UnetRecipe Unet) : DenoiserTraining(Vae)
{
    public override string AutoencoderFile => WorldPipeline.Autoencoder;

    public override string NetworkName => "UNet";

    public override IReadOnlyList<(string Name, string File)> NetworkFiles => [("UNet", WorldPipeline.Unet), ("text encoder", WorldPipeline.Text)];

    public override PretrainingOptions NetworkTraining => Unet.Training;

    public override string Introduction => "A latent diffusion UNet that predicts noise, in the layout of Stable Diffusion 1.5, that draws the scenes of Visalign's embedded\nworld from prompts, trained on rendered scenes.";

    public override void CheckStart(string model)
    {
        string from = ModelFolder.Find(model);
        if (WorldPipeline.Networks(from) != WorldPipeline.Networks(Unet))
            throw new InputException($"--from {model}: its networks have other sizes than the recipe's. Give 'unet' the sizes of {from}/unet/config.json and 'unet.text' those of {from}/text_encoder/config.json.");
    }

    public override void TrainNetwork(string folder, string? from, TimeProvider clock, PretrainingVoice voice, CancellationToken stop)
    {
        using var scope = Tensor.Scope();
        string? start = from is null ? null : ModelFolder.Find(from);
        var networks = WorldPipeline.Networks(Unet);
        var autoencoder = Weights.Of(TensorFiles.LoadAll(Path.Combine(folder, AutoencoderFile), DType.Float32));
        var scenes = LatentScenes.Draw(Unet.Training, Unet.Flaws, autoencoder, start is null ? null : WorldPipeline.LatentScale(start));
        var first = start is null ? networks.Initialize((ulong)Unet.Training.Seed)
            : DiffusionNetworks.Joined(TensorFiles.LoadAll(Path.Combine(start, WorldPipeline.Unet), DType.Float32), TensorFiles.LoadAll(Path.Combine(start, WorldPipeline.Text), DType.Float32));
        var weights = DiffusionPretraining.Run(Unet.Training, networks, DdimScheduler.Read(WorldPipeline.Read(WorldPipeline.Scheduler)).Noise, scenes, first, clock, voice, stop);
        WorldPipeline.Save(folder, Unet, weights, scenes.Scale);
    }

    public override void SaveGuidance(string folder, double scale) => WorldPipeline.SaveIndex(folder, scale);

    public override PretrainingRecipe In(PretrainingRecipe recipe) => recipe with { Vae = Vae, Unet = Unet };
}
