using Visalign.Objectives;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles the DiffusionNFT loss of a mini-batch in every advantage mode, with its gradient to the trained velocity.</summary>
public static class NegativeAwareLossOracle
{
    private static readonly (string Suffix, AdvantageMode Mode)[] Modes =
    [
        ("", AdvantageMode.All),
        (".positive_only", AdvantageMode.PositiveOnly),
        (".negative_only", AdvantageMode.NegativeOnly),
        (".one_only", AdvantageMode.OneOnly),
        (".binary", AdvantageMode.Binary),
    ];

    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        double beta = oracle.Config.GetProperty("beta").GetDouble(), limit = oracle.Config.GetProperty("adv_clip_max").GetDouble();
        double coefficient = oracle.Config.GetProperty("beta_kl").GetDouble();
        Tensor data = oracle.Tensor("in.x0"), levels = oracle.Tensor("in.t"), velocity = oracle.Tensor("in.velocity").RequireGrad();
        var noisy = data.Lerp(oracle.Tensor("in.noise"), levels.Reshape(-1, 1, 1, 1));

        foreach (var (suffix, mode) in Modes)
        {
            double[] optimality = [.. oracle["in.advantages"].Doubles.Select(advantage => NegativeAwareMatching.Optimality(advantage, limit, mode))];
            var errors = NegativeAwareMatching.Errors(velocity, oracle.Tensor("in.velocity_old"), data, noisy, levels, beta);
            var matching = NegativeAwareMatching.PerSample(errors, Tensor.From(optimality, optimality.Length), beta, limit).Mean();
            var penalty = PredictionDistance.PerSample(velocity, oracle.Tensor("in.velocity_ref")).Mean();
            var loss = matching + penalty * coefficient;

            comparison.Expect("out.r" + suffix, optimality, optimality.Length);
            comparison.Expect("out.loss" + suffix, loss);
            comparison.Expect("grad.in.velocity" + suffix, Autograd.Grad([loss], [velocity])[0]);
            if (mode != AdvantageMode.All)
                continue;
            comparison.Expect("out.policy_loss", matching);
            comparison.Expect("out.kl_loss", penalty);
            comparison.Expect("out.positive_loss", errors.Positive);
            comparison.Expect("out.negative_loss", errors.Negative);
        }
    }
}
