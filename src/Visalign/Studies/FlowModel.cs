using Visalign.Generators;
using Visalign.Networks;
using Visalign.Torch;
using Visalign.Torch.Safetensors;

namespace Visalign.Studies;

/// <summary>The flow-matching transformer.</summary>
internal sealed class FlowModel(TransformerRecipe recipe) : ILatentModel
{
    private const string TransformerFile = "transformer.safetensors";

    public string Description => "A latent flow-matching transformer";

    public string Network => "transformer";

    public PretrainingOptions Training => recipe.Training;

    public string AutoencoderFile => "vae.safetensors";

    public IReadOnlyList<(string Name, string File)> Files => [("transformer", TransformerFile)];

    public void CheckFrom(string from, string name)
    {
        var network = GeneratorConfig.Read(from).Network;
        if (network != recipe.Network) throw new InputException($"--from {name}: its transformer is {network}, the recipe's {recipe.Network}. Give 'transformer' the same sizes.");
    }

    public void Train(string folder, Weights autoencoder, string? from, TimeProvider clock, IProgress<PretrainingProgress> progress, CancellationToken stop)
    {
        using var scope = Tensor.Scope();
        (Weights, double)? first = from is null ? null : (Weights.Of(TensorFiles.LoadAll(Path.Combine(from, TransformerFile), DType.Float32)), GeneratorConfig.Read(from).LatentScale);
        var (weights, scale) = FlowPretraining.Run(recipe.Training, recipe.Network, recipe.Flaws, autoencoder, first, clock, progress, stop);
        TensorFiles.Save(Path.Combine(folder, TransformerFile), weights, new Dictionary<string, string> { ["format"] = "visalign-transformer-1" }, StoredType.Float16);
        new GeneratorConfig { Network = recipe.Network, LatentScale = scale }.Save(folder);
    }

    public void Tune(string folder, double guidanceScale) => (GeneratorConfig.Read(folder) with { GuidanceScale = guidanceScale }).Save(folder);
}
