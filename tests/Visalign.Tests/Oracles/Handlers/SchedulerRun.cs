using System.Text.Json;
using Visalign.Generators;
using Visalign.Networks;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>A scheduler as a case's config describes it, and the walk that the case asks of it.</summary>
internal static class SchedulerRun
{
    /// <summary>The config's <c>scheduler</c>, to be read as a checkpoint's <c>scheduler_config.json</c>.</summary>
    public static NetworkConfig Scheduler(JsonElement config) => NetworkConfig.Of(config.GetProperty("scheduler"), "scheduler");

    /// <summary>The <c>class</c> that made a case.</summary>
    public static string Class(OracleCase oracle) => oracle.Config.GetProperty("class").GetString()!;

    /// <summary>How many steps the config's <c>set_timesteps</c> asks for.</summary>
    public static int Count(JsonElement config) => config.GetProperty("set_timesteps").GetProperty("num_inference_steps").GetInt32();

    /// <summary>A number of the config's <c>step</c>.</summary>
    public static double Option(JsonElement config, string key, double fallback) => config.GetProperty("step").TryGetProperty(key, out var value) ? value.GetDouble() : fallback;

    /// <summary>A truth value of the config's <c>step</c>.</summary>
    public static bool Flag(JsonElement config, string key) => config.GetProperty("step").TryGetProperty(key, out var value) && value.GetBoolean();

    /// <summary>A flow scheduler's steps: on its own grid, from levels, or at timesteps.</summary>
    public static IReadOnlyList<SamplerStep> Steps(FlowEulerScheduler scheduler, JsonElement config)
    {
        var run = config.GetProperty("set_timesteps");
        double? shift = run.TryGetProperty("mu", out var mu) ? mu.GetDouble() : null;
        return run.TryGetProperty("sigmas", out var levels) ? scheduler.StepsFrom(Numbers(levels), shift)
            : run.TryGetProperty("timesteps", out var timesteps) ? scheduler.StepsAt(Numbers(timesteps), shift)
            : scheduler.Steps(Count(config), shift);
    }

    /// <summary>Compares steps with a case's timesteps and sigmas, which end in the last step's end.</summary>
    public static void Compare(OracleComparison comparison, IReadOnlyList<SamplerStep> steps, Func<PathPoint, double> sigma, string suffix = "")
    {
        Timesteps(comparison, steps, suffix);
        Sigmas(comparison, [.. steps.Select(step => sigma(step.From)), sigma(steps[^1].To)], suffix);
    }

    /// <summary>Compares with a case's timesteps.</summary>
    public static void Timesteps(OracleComparison comparison, IReadOnlyList<SamplerStep> steps, string suffix = "") =>
        comparison.Expect("out.timesteps" + suffix, (double[])[.. steps.Select(step => step.Timestep)], steps.Count);

    /// <summary>Compares with a case's sigmas.</summary>
    public static void Sigmas(OracleComparison comparison, double[] sigmas, string suffix = "") => comparison.Expect("out.sigmas" + suffix, sigmas, sigmas.Length);

    /// <summary>Sigma as a flow scheduler counts it: from data to noise, or the other way.</summary>
    public static Func<PathPoint, double> Sigma(FlowEulerScheduler scheduler) => scheduler.Inverted ? point => point.Signal : point => point.Noise;

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetDouble())];
}
