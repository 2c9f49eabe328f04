using Visalign.Generators;
using Visalign.Networks;
using Visalign.Torch;
using Visalign.Torch.Safetensors;

namespace Visalign.Pretraining;

/// <summary>Makes a model that draws tokens: an image tokenizer, and a GPT over its codes.</summary>
internal sealed record TokenModelTraining(VqRecipe Vq, GptRecipe Gpt) : IModelTraining
{
    private const string GptFile = "gpt.safetensors";

    public string AutoencoderFile => "vq.safetensors";

    public string NetworkName => "GPT";

    public IReadOnlyList<(string Name, string File)> NetworkFiles => [(NetworkName, GptFile)];

    public PretrainingOptions AutoencoderTraining => Vq.Training;

    public PretrainingOptions NetworkTraining => Gpt.Training;

    public string Introduction => "A GPT that draws the scenes of Visalign's embedded world from prompts, code by code, and the image tokenizer whose codes they\nare: LlamaGen's networks in small, trained on rendered scenes.";

    public string SampledBy(MeasurementRecipe measurement) => FormattableString.Invariant($"{Network.ImageTokens} tokens at temperature 1");

    private LlamaGenGptConfig Network => Gpt.Network(Vq.Network);

    public string TrainAutoencoder(string path, TimeProvider clock, PretrainingVoice voice, CancellationToken stop)
    {
        using var scope = Tensor.Scope();
        var weights = VqPretraining.Run(Vq.Training, Vq.Network, clock, voice, stop);
        return TrainedAutoencoder<VqRecipe>.Save(path, "visalign-vq-1", weights, Vq, voice.Last).Story;
    }

    public (string Story, IModelTraining Own) Adopt(string folder, string path)
    {
        var adopted = TrainedAutoencoder<VqRecipe>.Adopt(folder, [AutoencoderFile], path, recipe => VqAutoencoder.Initialize((recipe ?? Vq).Network, 0), recipe => recipe.Training.Steps);
        return (adopted.Story, this with { Vq = adopted.Recipe ?? Vq });
    }

    public Func<Tensor, Tensor> ThereAndBack(string path)
    {
        var weights = Weights.Of(TensorFiles.LoadAll(path, DType.Float32));
        return pixels => (VqAutoencoder.Decode(weights, Vq.Network, VqAutoencoder.Encode(weights, Vq.Network, pixels * 2 - 1)) + 1) * 0.5;
    }

    public void CheckStart(string model)
    {
        using var start = ModelFolder.LoadTokens(model);
        var config = TokenGeneratorConfig.Read(ModelFolder.Find(model));
        if (config.Gpt != Network)
            throw new InputException($"--from {model}: its GPT is {config.Gpt}, the recipe's {Network}. Give 'gpt' and 'vq' the same sizes.");
    }

    public void TrainNetwork(string folder, string? from, TimeProvider clock, PretrainingVoice voice, CancellationToken stop)
    {
        using var scope = Tensor.Scope();
        using var start = from is null ? null : ModelFolder.LoadTokens(from);
        var tokenizer = Weights.Of(TensorFiles.LoadAll(Path.Combine(folder, AutoencoderFile), DType.Float32));
        var weights = GptPretraining.Run(Gpt.Training, Network, Gpt.Flaws, tokenizer, Vq.Network, start?.Base, clock, voice, stop);
        TensorFiles.Save(Path.Combine(folder, GptFile), weights, new Dictionary<string, string> { ["format"] = "visalign-gpt-1" }, StoredType.Float16);
        new TokenGeneratorConfig(Network, Vq.Network).Save(folder);
    }

    public void SaveGuidance(string folder, double scale) => (TokenGeneratorConfig.Read(folder) with { GuidanceScale = scale }).Save(folder);

    public PretrainingRecipe In(PretrainingRecipe recipe) => recipe with { Vq = Vq, Gpt = Gpt };
}
