using System.Text.Json;
using System.Text.Json.Nodes;
using Visalign.Generators;
using Visalign.Networks;
using Visalign.Rollouts;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles a run of a whole pipeline folder: texts, timesteps, every step's latents and prediction, pictures.</summary>
/// <remarks>Ours walks on the flow path; latents and predictions are compared on the path and in the terms of the case's scheduler.</remarks>
public static class PipelineOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        var config = oracle.Config;
        using var copy = new TemporaryFolder();
        using var generator = PipelineFolder.Load(Folder(oracle, copy["model"]),
            config.TryGetProperty("max_sequence_length", out var length) ? length.GetInt32() : 256);
        using var scope = Tensor.Scope();
        int steps = config.GetProperty("num_inference_steps").GetInt32();
        using var watched = new WatchedFlow(generator, oracle.Tensor("in.latents"));
        var conditions = Texts("prompt").Zip(Texts("negative_prompt"), (prompt, negative) => new Condition(prompt, negative)).ToArray();

        var rollout = RolloutSampler.Sample(watched, generator.Base,
            RolloutPlan.Deterministic(generator.Grid(steps), groupSize: 1, config.GetProperty("guidance_scale").GetDouble()), conditions, LogProbReduction.Mean, seed: 0, iteration: 0);

        comparison.Expect("state.prompt_embeds", rollout.Encoded.Asked[0]);
        comparison.Expect("state.negative_prompt_embeds", rollout.Encoded.Avoided[0]);
        if (rollout.Encoded.Asked.Count > 1)
        {
            comparison.Expect("state.pooled", rollout.Encoded.Asked[1]);
            comparison.Expect("state.negative_pooled", rollout.Encoded.Avoided[1]);
        }
        comparison.ExpectNumbers("state.timesteps", [.. rollout.Plan.Levels.SkipLast(1).Select(level => generator.Schedule.Timestep(level))], oracle["state.timesteps"].Doubles);
        for (int i = 0; i < steps; i++)
        {
            var point = PointOf(config, rollout.Plan.Levels[i]);
            comparison.Expect($"state.latents.{i}", watched.Latents[i] * point.FlowScale);
            var flow = PathPoint.Flow(rollout.Plan.Levels[i]);
            comparison.Expect($"state.model_output.{i}", DataAndNoise.From(Prediction.Velocity, watched.Velocities[i], watched.Latents[i], flow).Output(generator.Schedule.Prediction, point));
        }
        comparison.Expect("out.latents", rollout.Final);
        comparison.Expect("out.decoded", generator.Autoencoder.Decode(rollout.Final) * 2 - 1);
        comparison.Expect("out.image", generator.Pixels(rollout.Final));

        IEnumerable<string> Texts(string key) => config.GetProperty(key).EnumerateArray().Select(text => text.GetString()!);
    }

    // Euler's latents explode with the noise.
    private static PathPoint PointOf(JsonElement config, double level) => config.GetProperty("scheduler_class").GetString() switch
    {
        "EulerDiscreteScheduler" => PathPoint.VarianceExploding(level / (1 - level)),
        "FlowMatchEulerDiscreteScheduler" => PathPoint.Flow(level),
        _ => new(Math.Sqrt(1 / (1 + Math.Pow(level / (1 - level), 2))), Math.Sqrt(1 / (1 + Math.Pow((1 - level) / level, 2)))),
    };

    // The case's folder with the scheduler the case ran, and without the parts it left out.
    private static string Folder(OracleCase oracle, string target)
    {
        string source = Path.Combine(oracle.Folder, oracle.Config.GetProperty("folder").GetString()!);
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.WriteAllBytes(copy, File.ReadAllBytes(file));
        }
        var index = JsonNode.Parse(File.ReadAllText(Path.Combine(target, "model_index.json")))!.AsObject();
        index["scheduler"] = new JsonArray("diffusers", oracle.Config.GetProperty("scheduler_class").GetString());
        foreach (var part in oracle.Config.EnumerateObject().Where(entry => entry.Value.ValueKind == JsonValueKind.Null && index.ContainsKey(entry.Name)))
            index[part.Name] = new JsonArray(null, null);
        File.WriteAllText(Path.Combine(target, "model_index.json"), index.ToJsonString());
        File.WriteAllText(Path.Combine(target, "scheduler", "scheduler_config.json"), oracle.Config.GetProperty("scheduler").GetRawText());
        return target;
    }

    /// <summary>The folder's generator, with the case's noise and everything written down.</summary>
    private sealed class WatchedFlow(NoiseGenerator generator, Tensor noise) : IFlow, IDisposable
    {
        public List<Tensor> Latents { get; } = [];

        public List<Tensor> Velocities { get; } = [];

        public Tensor DrawNoise(NoiseKey key, long firstSample, int count) => noise.Narrow(0, firstSample, count);

        public EncodedConditions Encode(IReadOnlyList<Condition> conditions) => generator.Encode(conditions);

        public Tensor Velocity(Weights weights, Tensor latents, Tensor noiseLevels, EncodedConditions conditions, double guidanceScale, GuidanceGradient gradient)
        {
            var velocity = generator.Velocity(weights, latents, noiseLevels, conditions, guidanceScale, gradient);
            Latents.Add(latents.Clone().Persist());
            Velocities.Add(velocity.Clone().Persist());
            return velocity;
        }

        public void Dispose()
        {
            foreach (var tensor in Latents.Concat(Velocities)) tensor.Dispose();
        }
    }
}
