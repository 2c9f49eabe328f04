using Visalign.Networks;
using Visalign.Torch;
using Visalign.Torch.Safetensors;

namespace Visalign.Pretraining;

/// <summary>The embedded world's autoencoder as the models over its latents are made with it.</summary>
internal static class WorldVae
{
    /// <summary>Where the kinds of model folders have it.</summary>
    internal static IReadOnlyList<string> Files { get; } = ["vae.safetensors", WorldPipeline.Autoencoder];

    /// <inheritdoc cref="IModelTraining.TrainAutoencoder"/>
    internal static string Train(VaeRecipe recipe, string path, TimeProvider clock, PretrainingVoice voice, CancellationToken stop)
    {
        using var scope = Tensor.Scope();
        var weights = VaePretraining.Run(recipe.Training, clock, voice, recipe.KlWeight, stop);
        return TrainedAutoencoder<VaeRecipe>.Save(path, "visalign-vae-1", weights, recipe, voice.Last).Story;
    }

    /// <summary>Takes it over from another folder.</summary>
    /// <exception cref="InputException">There is none, or it is of another network.</exception>
    internal static TrainedAutoencoder<VaeRecipe> Adopt(string folder, string path) =>
        TrainedAutoencoder<VaeRecipe>.Adopt(folder, Files, path, _ => ToyVae.Initialize(0), recipe => recipe.Training.Steps);

    /// <inheritdoc cref="IModelTraining.ThereAndBack"/>
    internal static Func<Tensor, Tensor> ThereAndBack(string path)
    {
        var weights = Weights.Of(TensorFiles.LoadAll(path, DType.Float32));
        return pixels => ToyVae.Decode(weights, ToyVae.Encode(weights, pixels).Mean);
    }
}
