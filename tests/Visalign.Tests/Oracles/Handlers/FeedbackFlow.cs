using System.Text.Json;
using Visalign.Generators;
using Visalign.Networks;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>What the reward-feedback cases denoise with: a small convolutional network, a decoder of one layer, a reward of two.</summary>
internal sealed class FeedbackFlow : IFlow
{
    private const string Prefix = "unet.base_model.model.";

    private readonly OracleCase _oracle;
    private readonly OracleNetwork _network;
    private readonly PathPoint[] _points;
    private readonly double[] _times;

    /// <param name="points">N + 1 points of the walk, as the case has its latents.</param>
    /// <param name="times">N times that the network is told.</param>
    public FeedbackFlow(OracleCase oracle, PathPoint[] points, double[] times)
    {
        (_oracle, _points, _times) = (oracle, points, times);
        _network = new(oracle);
        var w = _network.Weights(Prefix);
        string[] plain = ["in_proj", "time", "cond", "out"];
        Base = Weights.Of([.. plain.SelectMany(layer => new[] { "weight", "bias" }.Select(part => ($"{layer}.{part}", w[$"{layer}.{part}"].Tensor))),
            ("mix.weight", w["mix.base_layer.weight"].Tensor), ("mix.bias", w["mix.base_layer.bias"].Tensor)]);
        var lora = oracle.Config.GetProperty("lora");
        Policy = Base.WithLowRank([("mix", new(w["mix.lora_A.default.weight"].Tensor, w["mix.lora_B.default.weight"].Tensor, lora.GetProperty("alpha").GetDouble() / lora.GetProperty("r").GetDouble()))]);
        Grid = new([.. points.Select(point => (float)point.NoiseLevel)]) { StartScale = 1 / points[0].FlowScale, EndScale = points[^1].FlowScale };
    }

    public Weights Base { get; }

    public Weights Policy { get; }

    public NoiseGrid Grid { get; }

    public Tensor DrawNoise(NoiseKey key, long firstSample, int count) => _network["in.x0"].Narrow(0, firstSample, count);

    public EncodedConditions Encode(IReadOnlyList<Condition> conditions) => _oracle.Has("in.cond")
        ? new([_network["in.cond"]], [_network["in.uncond"]])
        : new([_network["in.prompt_embeds"].Mean([1])], [_network["in.negative_prompt_embeds"].Mean([1])]);

    public Tensor Velocity(Weights weights, Tensor latents, Tensor noiseLevels, EncodedConditions conditions, double guidanceScale, GuidanceGradient gradient)
    {
        int step = Array.IndexOf(Grid.Levels, noiseLevels.ToArray<float>()[0]);
        var point = _points[step];
        var own = latents * point.FlowScale;
        var conditional = Answer(conditions.Asked[0]);
        var output = guidanceScale == 1 ? conditional : Guidance.Combine(conditional, Answer(conditions.Avoided[0]), guidanceScale);
        // A flow's points are told in the flow's terms, a diffusion's network predicts the noise.
        return _oracle.Has("state.alpha_bar") ? DataAndNoise.From(Prediction.Epsilon, output, own, point).Output(Prediction.Velocity, point) : output;

        Tensor Answer(Tensor asked)
        {
            double time = _times[step];
            var told = Tensor.From([(float)time, (float)Math.Sin(2 * Math.PI * time), (float)Math.Cos(2 * Math.PI * time)], 1, 3);
            var vector = Layers.Linear(weights["time"], told) + Layers.Linear(weights["cond"], asked);
            var h = (Layers.Conv(weights["in_proj"], own) + vector.Unsqueeze(-1).Unsqueeze(-1)).Silu();
            h = h + Layers.Linear(weights["mix"], h.Transpose(1, 3)).Transpose(1, 3);
            return Layers.Conv(weights["out"], h.Silu());
        }
    }

    /// <summary>Pictures of final latents, in [0, 1].</summary>
    public Tensor Pixels(Tensor latents)
    {
        double scale = _oracle.Config.TryGetProperty("scale", out var stored) ? stored.GetDouble() : 1;
        var z = latents / scale;
        return (Layers.Conv(_network.Weights("vae.")["conv"], z.ResizeNearest(2 * z.Size(2), 2 * z.Size(3))) / 2 + 0.5).Clamp(0, 1);
    }

    /// <summary>The case's reward.</summary>
    public Tensor Scores(Tensor pixels)
    {
        var w = _network.Weights("reward.");
        return Layers.Linear(w["head"], Layers.Conv(w["conv"], pixels, stride: 2).Silu().Mean([2, 3])).Reshape(-1);
    }

    /// <inheritdoc cref="OracleNetwork.CompareGradients"/>
    public void CompareGradients(OracleComparison comparison, Tensor loss) => _network.CompareGradients(comparison, loss);
}
