using Visalign.Torch.Optimizers;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles the moving average that evaluations use, after every optimizer step.</summary>
public static class MovingAverageOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        double decay = oracle.Config.GetProperty("decay").GetDouble();
        long interval = oracle.Config.GetProperty("update_step_interval").GetInt64();
        var given = oracle.Tensor("in.parameters");                     // [N, …]
        using var parameters = new FlatParameters([("parameters", oracle.Tensor("in.initial"))]);
        using var optimizer = new AdamW(parameters, new(), average: true);
        List<Tensor> averages = [];

        for (int step = 0; step < given.Size(0); step++)
        {
            // At learning rate 0 the optimizer moves the average alone, toward the parameters written here.
            using (Autograd.NoGrad())
                parameters.Slots[0].Of(parameters.Values).CopyInPlace(given.Select(0, step));
            optimizer.Step(learningRate: 0, AverageDecay.At(step, decay, interval));
            averages.Add(parameters.Slots[0].Of(optimizer.Average!).Clone());
        }

        comparison.Expect("out.ema", Tensor.Stack([.. averages]));      // [N, …]
    }
}
