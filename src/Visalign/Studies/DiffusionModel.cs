using Visalign.Generators;
using Visalign.Networks;
using Visalign.Torch;
using Visalign.Torch.Safetensors;

namespace Visalign.Studies;

/// <summary>The latent diffusion UNet with its text encoder.</summary>
internal sealed class DiffusionModel(UnetRecipe recipe) : ILatentModel
{
    public string Description => "A latent diffusion UNet that predicts noise, in the layout of Stable Diffusion 1.5,";

    public string Network => "UNet";

    public PretrainingOptions Training => recipe.Training;

    public string AutoencoderFile => WorldPipeline.Autoencoder;

    public IReadOnlyList<(string Name, string File)> Files => [("UNet", WorldPipeline.Unet), ("text encoder", WorldPipeline.Text)];

    public void CheckFrom(string from, string name)
    {
        if (WorldPipeline.Networks(from) != WorldPipeline.Networks(recipe)) throw new InputException($"--from {name}: its networks have other sizes than the recipe's. Give 'unet' the sizes of {from}/unet/config.json and 'unet.text' those of {from}/text_encoder/config.json.");
    }

    public void Train(string folder, Weights autoencoder, string? from, TimeProvider clock, IProgress<PretrainingProgress> progress, CancellationToken stop)
    {
        using var scope = Tensor.Scope();
        var networks = WorldPipeline.Networks(recipe);
        var scenes = LatentScenes.Draw(recipe.Training, recipe.Flaws, autoencoder, from is null ? null : WorldPipeline.LatentScale(from));
        var first = from is null ? networks.Initialize((ulong)recipe.Training.Seed)
            : DiffusionNetworks.Joined(TensorFiles.LoadAll(Path.Combine(from, WorldPipeline.Unet), DType.Float32), TensorFiles.LoadAll(Path.Combine(from, WorldPipeline.Text), DType.Float32));
        var weights = DiffusionPretraining.Run(recipe.Training, networks, DdimScheduler.Read(WorldPipeline.Read(WorldPipeline.Scheduler)).Noise, scenes, first, clock, progress, stop);
        WorldPipeline.Save(folder, recipe, weights, scenes.Scale);
    }

    public void Tune(string folder, double guidanceScale) => WorldPipeline.SaveIndex(folder, guidanceScale);
}
