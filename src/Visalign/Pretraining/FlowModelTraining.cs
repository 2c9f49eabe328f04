using Visalign.Generators;
using Visalign.Networks;
using Visalign.Rollouts;
using Visalign.Torch;
using Visalign.Torch.Safetensors;

namespace Visalign.Pretraining;

/// <summary>Makes a model that denoises: the embedded world's autoencoder, and a flow transformer over its latents.</summary>
internal sealed record FlowModelTraining(VaeRecipe Vae, TransformerRecipe Transformer) : IModelTraining
{
    private const string TransformerFile = "transformer.safetensors";

    public string AutoencoderFile => WorldVae.Files[0];

    public string NetworkName => "transformer";

    public IReadOnlyList<(string Name, string File)> NetworkFiles => [(NetworkName, TransformerFile)];

    public PretrainingOptions AutoencoderTraining => Vae.Training;

    public PretrainingOptions NetworkTraining => Transformer.Training;

    public string Introduction => "A latent flow-matching transformer that draws the scenes of Visalign's embedded world from prompts, trained on\nrendered scenes.";

    public string SampledBy(MeasurementRecipe measurement) => FormattableString.Invariant($"{measurement.Steps ?? PlainSampling.UsualSteps} ODE steps");

    public string TrainAutoencoder(string path, TimeProvider clock, PretrainingVoice voice, CancellationToken stop) => WorldVae.Train(Vae, path, clock, voice, stop);

    public (string Story, IModelTraining Own) Adopt(string folder, string path)
    {
        var (recipe, story) = WorldVae.Adopt(folder, path);
        return (story, this with { Vae = recipe ?? Vae });
    }

    public Func<Tensor, Tensor> ThereAndBack(string path) => WorldVae.ThereAndBack(path);

    public void CheckStart(string model)
    {
        using var _ = ModelFolder.LoadNoise(model);
        var network = GeneratorConfig.Read(ModelFolder.Find(model)).Network;
        if (network != Transformer.Network)
            throw new InputException($"--from {model}: its transformer is {network}, the recipe's {Transformer.Network}. Give 'transformer' the same sizes.");
    }

    public void TrainNetwork(string folder, string? from, TimeProvider clock, PretrainingVoice voice, CancellationToken stop)
    {
        using var scope = Tensor.Scope();
        using var start = from is null ? null : ModelFolder.LoadNoise(from);
        var autoencoder = Weights.Of(TensorFiles.LoadAll(Path.Combine(folder, AutoencoderFile), DType.Float32));
        var (weights, scale) = FlowPretraining.Run(Transformer.Training, Transformer.Network, Transformer.Flaws, autoencoder,
            start is null ? null : (start.Base, GeneratorConfig.Read(ModelFolder.Find(from!)).LatentScale), clock, voice, stop);
        TensorFiles.Save(Path.Combine(folder, TransformerFile), weights, new Dictionary<string, string> { ["format"] = "visalign-transformer-1" }, StoredType.Float16);
        new GeneratorConfig { Network = Transformer.Network, LatentScale = scale }.Save(folder);
    }

    public void SaveGuidance(string folder, double scale) => (GeneratorConfig.Read(folder) with { GuidanceScale = scale }).Save(folder);

    public PretrainingRecipe In(PretrainingRecipe recipe) => recipe with { Vae = Vae, Transformer = Transformer };
}
