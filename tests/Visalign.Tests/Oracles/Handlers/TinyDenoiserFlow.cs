using System.Text.Json;
using Visalign.Generators;
using Visalign.Networks;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>The noise-predicting network of one hidden layer in preference cases, walked by DDIM, as a flow.</summary>
/// <remarks><code>h = fc_in x + time t/1000 + cond mean(c),   ε = fc_out silu(h)</code>, x the flattened state.</remarks>
internal sealed class TinyDenoiserFlow : IFlow
{
    private readonly OracleNetwork _network;
    private readonly Tensor _asked, _avoided;
    private readonly Func<NoiseKey, Tensor> _noise;

    /// <param name="noise">What is drawn for a key; null where nothing is sampled.</param>
    public TinyDenoiserFlow(OracleCase oracle, OracleNetwork network, Func<NoiseKey, Tensor>? noise = null)
    {
        _network = network;
        _noise = noise ?? (_ => throw new InvalidOperationException("The case samples nothing."));
        _asked = network["in.cond"].Mean([1]);
        _avoided = network["in.uncond"].Mean([1]).Expand(_asked.Shape);
        var schedule = oracle.Config.GetProperty("schedule").EnumerateObject().Where(entry => entry.Name != "formula").ToDictionary(entry => entry.Name, entry => entry.Value);
        foreach (string key in (string[])["steps_offset", "set_alpha_to_one", "clip_sample"]) schedule[key] = oracle.Config.GetProperty(key);
        Scheduler = DdimScheduler.Read(NetworkConfig.Of(JsonSerializer.SerializeToElement(schedule), oracle.Path));
    }

    public DdimScheduler Scheduler { get; }

    /// <summary>The weights of a network of the case.</summary>
    public Weights Weights(string network) => _network.Weights(network);

    public Tensor DrawNoise(NoiseKey key, long firstSample, int count) => _noise(key).Narrow(0, firstSample, count);

    public EncodedConditions Encode(IReadOnlyList<Condition> conditions) => new([_asked], [_avoided]);

    public Tensor Velocity(Weights weights, Tensor latents, Tensor noiseLevels, EncodedConditions conditions, double guidanceScale, GuidanceGradient gradient)
    {
        double level = noiseLevels.ToArray<float>()[0];
        var point = Scheduler.Point(level);
        var own = latents * point.FlowScale;
        var output = Guidance.Combine(Answer(conditions.Asked[0]), Answer(conditions.Avoided[0]), guidanceScale);
        return DataAndNoise.From(Prediction.Epsilon, output, own, point).Output(Prediction.Velocity, point);

        Tensor Answer(Tensor condition)
        {
            var h = Layers.Linear(weights["fc_in"], own.Reshape(own.Size(0), -1)) + (weights["time.weight"].Tensor * (Scheduler.Timestep(level) / 1000)).Reshape(1, -1)
                + condition.MatMul(weights["cond.weight"].Tensor.Transpose(0, 1));
            return Layers.Linear(weights["fc_out"], h.Silu()).Reshape(own.Shape);
        }
    }
}
