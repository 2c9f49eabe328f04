using Visalign.Objectives;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles the three schedules by which the old policy of DiffusionNFT follows.</summary>
public static class OldPolicyDecayOracle
{
    private static readonly (string Type, string Formula, OldPolicySchedule Schedule)[] Schedules =
    [
        ("type0", "0", OldPolicySchedule.Immediate),
        ("type1", "min(0.001*step, 0.5)", OldPolicySchedule.Gradual),
        ("type2", "0 if step < 75 else min(0.0075*(step-75), 0.999)", OldPolicySchedule.Late),
    ];

    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        long[] steps = oracle["in.step"].Integers;
        foreach (var (type, formula, schedule) in Schedules)
        {
            if (oracle.Config.GetProperty(type).GetString() is var found && found != formula)
                throw new NotSupportedException($"The schedule '{found}' is not computed here.");
            comparison.Expect("out.decay_" + type, [.. steps.Select(step => OldPolicyDecay.At(schedule, step))], steps.Length);
        }
    }

    /// <summary>The schedule of a number in the authors' code.</summary>
    internal static OldPolicySchedule Schedule(int type) => Schedules.Single(entry => entry.Type == $"type{type}").Schedule;
}
