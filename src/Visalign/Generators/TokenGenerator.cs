using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>What a generator that draws tokens is made of.</summary>
public sealed record TokenGeneratorParts
{
    /// <summary>The network that draws.</summary>
    public required LlamaGenGptConfig Network { get; init; }

    /// <summary>Its weights, the words' tables among them.</summary>
    public required Weights Base { get; init; }

    /// <summary>What makes pictures of tokens.</summary>
    public required VqAutoencoderConfig Tokenizer { get; init; }

    /// <summary>Its weights.</summary>
    public required Weights TokenizerWeights { get; init; }

    /// <summary>What reads prompts for the network: word numbers.</summary>
    public required ITextEncoder Text { get; init; }

    /// <summary>The guidance scale to sample at unless another is asked for; 1 = off.</summary>
    public double GuidanceScale { get; init; } = 1;

    /// <summary>Whether it draws scenes of the embedded world.</summary>
    public bool DrawsWorld { get; init; }

    /// <summary>The tensors of all parts, which the generator owns from then on.</summary>
    public required IReadOnlyList<Tensor> Tensors { get; init; }
}

/// <summary>Makes pictures from prompts token by token: a GPT draws codes, a tokenizer makes pictures of them.</summary>
public sealed class TokenGenerator : IGenerator
{
    private readonly TokenGeneratorParts _parts;
    private readonly List<Tensor> _owned;

    /// <summary>A generator over loaded weights, which it owns.</summary>
    public TokenGenerator(TokenGeneratorParts parts)
    {
        _parts = parts;
        _owned = [.. parts.Tensors.Select(tensor => tensor.Persist())];
    }

    /// <inheritdoc/>
    public Weights Base => _parts.Base;

    /// <inheritdoc/>
    public string Component => "gpt";

    /// <inheritdoc/>
    public double GuidanceScale => _parts.GuidanceScale;

    /// <inheritdoc/>
    public bool DrawsWorld => _parts.DrawsWorld;

    /// <summary>N: tokens of a picture.</summary>
    public int TokenCount => _parts.Network.ImageTokens;

    /// <inheritdoc/>
    public void Check(Condition condition) => _parts.Text.Check(condition.Prompt);

    /// <summary>What the network reads of the conditions. A row depends on its condition alone, to the bit.</summary>
    /// <exception cref="InputException">A condition the generator cannot read.</exception>
    public EncodedConditions Encode(IReadOnlyList<Condition> conditions) => _parts.Text.Encode(conditions);

    /// <summary>The logits of all tokens of some pictures, each given the prompt and the tokens before it; without guidance.</summary>
    /// <param name="weights">An adapter's tree, or the base weights.</param>
    /// <param name="conditions">B rows.</param>
    /// <param name="tokens">Shape <c>[B, N]</c>, int64.</param>
    /// <returns>Shape <c>[B, N, V]</c>.</returns>
    public Tensor Logits(Weights weights, EncodedConditions conditions, Tensor tokens)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(LlamaGenGpt.Logits(weights, _parts.Network, WordCaptions.Embed(weights, conditions.Asked[0]), tokens));
    }

    /// <summary>Draws the tokens of some pictures, without gradient.</summary>
    /// <param name="weights">An adapter's tree, or the base weights.</param>
    /// <param name="conditions">B rows.</param>
    /// <param name="draw">Chooses a token for each picture, shape <c>[B]</c>, int64.</param>
    /// <returns>Shape <c>[B, N]</c>, int64.</returns>
    public Tensor Draw(Weights weights, EncodedConditions conditions, TokenSampling options, Func<TokenChoice, Tensor> draw)
    {
        using var scope = Tensor.Scope();
        using var _ = Autograd.NoGrad();
        var words = conditions.Asked[0];
        int pictures = (int)words.Size(0);
        var condition = WordCaptions.Embed(weights, options.GuidanceScale == 1 ? words : Tensor.Cat([words, conditions.Avoided[0]]));
        using var decoder = new LlamaGenDecoder(weights, _parts.Network, (int)condition.Size(0));
        return scope.Keep(TokenSampler.Sample(decoder, condition, null, options, pictures, TokenCount, draw));
    }

    /// <summary>Pictures of tokens.</summary>
    /// <param name="final">Shape <c>[B, N]</c>, int64.</param>
    /// <returns>Shape <c>[B, 3, H, W]</c>, in [0, 1], without gradient: tokens have none.</returns>
    public Tensor Pixels(Tensor final)
    {
        using var scope = Tensor.Scope();
        int side = _parts.Network.GridSide;
        var pictures = VqAutoencoder.Decode(_parts.TokenizerWeights, _parts.Tokenizer, final.Reshape(-1, side, side));
        return scope.Keep(((pictures + 1) * 0.5).Clamp(0, 1));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _owned) tensor.Dispose();
    }
}
