using Visalign.Generators;
using Visalign.Networks;
using Visalign.Networks.Tokenizers;
using Visalign.Torch;
using Visalign.Torch.Safetensors;

namespace Visalign.Rewards;

/// <summary>A two-tower model in memory: a folder in the layout of transformers' <c>CLIPModel</c>.</summary>
/// <remarks>
/// <c>config.json</c>, <c>model.safetensors</c> (or its shards) and <c>preprocessor_config.json</c>. A folder with
/// <c>vocab.json</c> reads prompts by CLIP's tokenizer, any other by the words of the embedded world.
/// </remarks>
internal sealed class TwoTowerModel : IDisposable
{
    /// <summary>Its files.</summary>
    internal const string ConfigFile = "config.json", WeightsFile = "model.safetensors", PreparationFile = "preprocessor_config.json";

    private readonly ClipTokenizer? _tokenizer;
    private readonly ClipPictures _pictures;
    private readonly List<Tensor> _owned;

    /// <summary>Takes the weights over.</summary>
    private TwoTowerModel(ClipConfig config, List<(string Name, Tensor Value)> weights, ClipPictures pictures, ClipTokenizer? tokenizer)
    {
        (Config, Weights, _pictures, _tokenizer) = (config, Weights.Of(weights), pictures, tokenizer);
        _owned = [.. weights.Select(entry => entry.Value.Persist())];
    }

    /// <summary>Its sizes.</summary>
    internal ClipConfig Config { get; }

    /// <summary>Its weights under the checkpoint's keys.</summary>
    internal Weights Weights { get; }

    /// <summary>Loads a model.</summary>
    /// <param name="model">A shipped name, or a folder.</param>
    /// <param name="kind">The <c>model_type</c> it must have.</param>
    /// <exception cref="InputException">There is none, a file is missing or malformed, or it is of another network.</exception>
    internal static TwoTowerModel Load(string model, string kind = ClipConfig.PlainKind)
    {
        string folder = ModelFolder.FindJudge(model);
        var config = ClipConfig.Read(NetworkConfig.Read(Path.Combine(folder, ConfigFile)), kind);
        var pictures = ClipPictures.Read(NetworkConfig.Read(Path.Combine(folder, PreparationFile)));
        var tokenizer = File.Exists(Path.Combine(folder, "vocab.json")) ? ClipTokenizer.Open(folder) : null;
        if (tokenizer is null && config.Text.VocabularySize != WorldTokens.Count)
            throw new InputException($"{folder}: its text tower has {config.Text.VocabularySize} tokens and no vocab.json says which; put the tokenizer's files beside it. (The embedded world's has {WorldTokens.Count} and needs none.)");
        using var scope = Tensor.Scope();
        return new(config, TensorFiles.LoadAll(Path.Combine(folder, WeightsFile), DType.Float32), pictures, tokenizer);
    }

    /// <summary>Pictures brought before the picture tower, with gradient.</summary>
    /// <param name="pixels">Shape <c>[B, 3, H, W]</c>, in [0, 1].</param>
    internal Tensor Prepare(Tensor pixels) => _pictures.Prepare(pixels);

    /// <summary>What pictures say.</summary>
    /// <param name="pixels">Shape <c>[B, 3, H, W]</c>, in [0, 1].</param>
    /// <returns>Shape <c>[B, P]</c>, of length 1, with gradient.</returns>
    internal Tensor Embed(Tensor pixels)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(ClipModel.EmbedPictures(Weights, Config, Prepare(pixels)));
    }

    /// <summary>What prompts say.</summary>
    /// <returns>Shape <c>[B, P]</c>, of length 1.</returns>
    /// <exception cref="InputException">A word that the model does not know.</exception>
    internal Tensor Embed(IReadOnlyList<string> prompts)
    {
        using var scope = Tensor.Scope();
        using var noGradient = Autograd.NoGrad();
        if (_tokenizer is null) return scope.Keep(ClipModel.EmbedTexts(Weights, Config, WorldTokens.Encode(prompts)));
        var tokens = _tokenizer.Encode(prompts);
        return scope.Keep(ClipModel.EmbedTexts(Weights, Config, Tensor.From(tokens.Ids, tokens.Count, tokens.Length)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _owned) tensor.Dispose();
    }
}
