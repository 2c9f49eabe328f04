using Visalign.Generators;
using Visalign.Networks;
using Visalign.Torch;
using Visalign.Torch.Safetensors;

namespace Visalign.Pretraining;

/// <summary>Makes a model that denoises: the embedded world's autoencoder, and a flow transformer over its latents.</summary>
internal sealed record FlowModelTraining(VaeRecipe Vae, TransformerRecipe Transformer) : DenoiserTraining(Vae)
{
    private const string TransformerFile = "transformer.safetensors";

    public override string AutoencoderFile => WorldVae.Files[0];

    public override string NetworkName => "transformer";

    public override IReadOnlyList<(string Name, string File)> NetworkFiles => [(NetworkName, TransformerFile)];

    public override PretrainingOptions NetworkTraining => Transformer.Training;

    public override string Introduction => "A latent flow-matching transformer that draws the scenes of Visalign's embedded world from prompts, trained on\nrendered scenes.";

    public override void CheckStart(string model)
    {
        using var _ = ModelFolder.LoadNoise(model);
        var network = GeneratorConfig.Read(ModelFolder.Find(model)).Network;
        if (network != Transformer.Network)
            throw new InputException($"--from {model}: its transformer is {network}, the recipe's {Transformer.Network}. Give 'transformer' the same sizes.");
    }

    public override void TrainNetwork(string folder, string? from, TimeProvider clock, PretrainingVoice voice, CancellationToken stop)
    {
        using var scope = Tensor.Scope();
        using var start = from is null ? null : ModelFolder.LoadNoise(from);
        var autoencoder = Weights.Of(TensorFiles.LoadAll(Path.Combine(folder, AutoencoderFile), DType.Float32));
        var (weights, scale) = FlowPretraining.Run(Transformer.Training, Transformer.Network, Transformer.Flaws, autoencoder,
            start is null ? null : (start.Base, GeneratorConfig.Read(ModelFolder.Find(from!)).LatentScale), clock, voice, stop);
        TensorFiles.Save(Path.Combine(folder, TransformerFile), weights, new Dictionary<string, string> { ["format"] = "visalign-transformer-1" }, StoredType.Float16);
        new GeneratorConfig { Network = Transformer.Network, LatentScale = scale }.Save(folder);
    }

    public override void SaveGuidance(string folder, double scale) => (GeneratorConfig.Read(folder) with { GuidanceScale = scale }).Save(folder);

    public override PretrainingRecipe In(PretrainingRecipe recipe) => recipe with { Vae = Vae, Transformer = Transformer };
}
