using Visalign.Generators;
using Visalign.Networks;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>The flow of packed tokens of the low-variance case, with its decoder and its reward.</summary>
internal sealed class TokenFlow : IFlow
{
    private readonly OracleCase _oracle;
    private readonly OracleNetwork _network;
    private readonly Tensor _text;

    public TokenFlow(OracleCase oracle)
    {
        _oracle = oracle;
        _network = new(oracle);
        _text = _network["in.encoder_hidden_states"].Mean([1]);                            // [B, D]
        Weights = _network.Weights("transformer.");
        Grid = new(oracle["state.sigmas"].Singles);
    }

    public Weights Weights { get; }

    public NoiseGrid Grid { get; }

    public int Count => (int)_text.Size(0);

    public Tensor DrawNoise(NoiseKey key, long firstSample, int count) => key.Purpose == NoisePurpose.Start ? Packed(_network["in.latents"]) : _network["in.noise"].Select(0, key.Branch);

    public EncodedConditions Encode(IReadOnlyList<Condition> conditions) => new([_text], [_text]);

    public Tensor Velocity(Weights weights, Tensor latents, Tensor noiseLevels, EncodedConditions conditions, double guidanceScale, GuidanceGradient gradient)
    {
        double time = noiseLevels.ToArray<float>()[0];
        var told = Tensor.From([(float)time, (float)Math.Sin(2 * Math.PI * time), (float)Math.Cos(2 * Math.PI * time)], 1, 3);
        var guidance = Tensor.Full([1, 1], _oracle.Config.GetProperty("guidance_embed").GetDouble());
        var vector = Layers.Linear(weights["time"], told) + Layers.Linear(weights["cond"], conditions.Asked[0]) + Layers.Linear(weights["guid"], guidance);  // [B, H]
        var h = (Layers.Linear(weights["inp"], latents) + vector.Unsqueeze(1)).Silu();
        h = h + Layers.Linear(weights["mix"], h.Mean([1])).Unsqueeze(1);
        return Layers.Linear(weights["outp"], h.Silu());
    }

    /// <summary>The case's reward of latents.</summary>
    public Tensor Scores(Tensor latents)
    {
        var z = Unpacked(latents) / 0.3611 + 0.1159;
        var pixels = (Layers.Conv(_network.Weights("vae.")["conv"], z.ResizeNearest(2 * z.Size(2), 2 * z.Size(3))) * 0.5 + 0.5).Clamp(0, 1);
        var w = _network.Weights("reward.");
        return (Layers.Conv(w["conv"], pixels, stride: 2).Silu().Mean([2, 3]) * w["head.weight"].Tensor * (Layers.Linear(w["text"], _text).Tanh() + 1)).Sum([1]);
    }

    /// <inheritdoc cref="OracleNetwork.CompareGradients"/>
    public void CompareGradients(OracleComparison comparison, Tensor loss) => _network.CompareGradients(comparison, loss);

    // Two by two neighbors become the channels of one token.
    private static Tensor Packed(Tensor latents)
    {
        long batch = latents.Size(0), channels = latents.Size(1), side = latents.Size(2) / 2;
        return latents.Reshape(batch, channels, side, 2, side, 2).Permute(0, 2, 4, 1, 3, 5).Reshape(batch, side * side, channels * 4);
    }

    private static Tensor Unpacked(Tensor tokens)
    {
        long batch = tokens.Size(0), channels = tokens.Size(2) / 4, side = (long)Math.Sqrt(tokens.Size(1));
        return tokens.Reshape(batch, side, side, channels, 2, 2).Permute(0, 3, 1, 4, 2, 5).Reshape(batch, channels, side * 2, side * 2);
    }
}
