using Visalign.Generators;
using Visalign.Networks;
using Visalign.Torch;
using Visalign.Torch.Safetensors;

namespace Visalign.Studies;

/// <summary>Makes a model that denoises: the embedded world's autoencoder, and a flow transformer over its latents.</summary>
/// <param name="How">The recipe.</param>
internal sealed record FlowModelTraining(PretrainingRecipe How) : IModelTraining
{
    internal const string VaeFile = "vae.safetensors";

    public string AutoencoderFile => VaeFile;

    public string NetworkName => "transformer";

    public string NetworkFile => "transformer.safetensors";

    public PretrainingOptions AutoencoderTraining => Vae.Training;

    public PretrainingOptions NetworkTraining => Transformer.Training;

    public (int Scenes, int Prompts, int Steps) Measurement => (How.Measurement.Scenes, How.Measurement.Prompts, How.Measurement.Steps);

    public IReadOnlyList<string> Introduction => ["A latent flow-matching transformer that draws the scenes of Visalign's embedded world from prompts, trained on", "rendered scenes."];

    public string SampledBy => FormattableString.Invariant($"{Measurement.Steps} ODE steps");

    public string Recipe => PretrainingRecipe.File.Resolve(How);

    private VaeRecipe Vae => How.Vae;

    private TransformerRecipe Transformer => How.Transformer;

    public string TrainAutoencoder(string path, TimeProvider clock, PretrainingVoice voice, CancellationToken stop)
    {
        using var scope = Tensor.Scope();
        var weights = VaePretraining.Run(Vae.Training, clock, voice, Vae.KlWeight, stop);
        return TrainedAutoencoder<VaeRecipe>.Save(path, "visalign-vae-1", weights, Vae, voice.Last).Story;
    }

    public (string Story, IModelTraining Own) Adopt(string folder, string path)
    {
        var adopted = TrainedAutoencoder<VaeRecipe>.Adopt(folder, AutoencoderFile, path, _ => ToyVae.Initialize(0), recipe => recipe.Training.Steps);
        return (adopted.Story, this with { How = How with { Vae = adopted.Recipe ?? Vae } });
    }

    public Func<Tensor, Tensor> ThereAndBack(string path)
    {
        var weights = Weights.Of(TensorFiles.LoadAll(path, DType.Float32));
        return pixels => ToyVae.Decode(weights, ToyVae.Encode(weights, pixels).Mean);
    }

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
        TensorFiles.Save(Path.Combine(folder, NetworkFile), weights, new Dictionary<string, string> { ["format"] = "visalign-transformer-1" }, StoredType.Float16);
        new GeneratorConfig { Network = Transformer.Network, LatentScale = scale }.Save(folder);
    }

    public void SaveGuidance(string folder, double scale) => (GeneratorConfig.Read(folder) with { GuidanceScale = scale }).Save(folder);
}
