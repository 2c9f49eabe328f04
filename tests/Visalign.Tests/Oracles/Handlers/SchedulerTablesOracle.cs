using System.Text.Json;
using Visalign.Generators;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles the timesteps and sigmas of a scheduler under many configs.</summary>
public static class SchedulerTablesOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        string name = SchedulerRun.Class(oracle);
        foreach (var (i, table) in oracle.Config.GetProperty("tables").EnumerateArray().Index())
        {
            string suffix = $".{i}";
            switch (name)
            {
                case "DDIMScheduler":
                    var ddim = DdimScheduler.Read(SchedulerRun.Scheduler(table));
                    SchedulerRun.Timesteps(comparison, ddim.Steps(SchedulerRun.Count(table)), suffix);
                    comparison.Expect("out.alphas_cumprod" + suffix, (double[])[.. ddim.Noise.SignalPowers], ddim.Noise.Count);
                    break;
                case "EulerDiscreteScheduler":
                    CompareEuler(comparison, EulerScheduler.Read(SchedulerRun.Scheduler(table)), table, suffix);
                    break;
                case "FlowMatchEulerDiscreteScheduler":
                    var flow = FlowEulerScheduler.Read(SchedulerRun.Scheduler(table));
                    SchedulerRun.Compare(comparison, SchedulerRun.Steps(flow, table), SchedulerRun.Sigma(flow), suffix);
                    break;
                default:
                    throw new NotSupportedException($"The tables of '{name}' are not computed here.");
            }
        }
    }

    private static void CompareEuler(OracleComparison comparison, EulerScheduler scheduler, JsonElement table, string suffix)
    {
        int count = SchedulerRun.Count(table);
        SchedulerRun.Timesteps(comparison, scheduler.Steps(count), suffix);
        SchedulerRun.Sigmas(comparison, [.. scheduler.Sigmas(count)], suffix);
        if (table.TryGetProperty("init_noise_sigma", out var start))
            comparison.ExpectNumbers("init_noise_sigma" + suffix, [scheduler.StartScale(count)], [start.GetDouble()]);
    }
}
