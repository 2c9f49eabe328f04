using Visalign.Generators;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles the shift that a flow checkpoint takes by the number of a picture's tokens.</summary>
public static class ResolutionShiftOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        var scheduler = new FlowEulerScheduler
        {
            BaseTokens = oracle.Config.GetProperty("base_seq_len").GetInt32(),
            MaxTokens = oracle.Config.GetProperty("max_seq_len").GetInt32(),
            BaseShift = oracle.Config.GetProperty("base_shift").GetDouble(),
            MaxShift = oracle.Config.GetProperty("max_shift").GetDouble(),
        };

        double[] shifts = [.. oracle["in.image_seq_len"].Integers.Select(tokens => scheduler.ResolutionShift((int)tokens))];

        comparison.Expect("out.mu", shifts, shifts.Length);
    }
}
