using Visalign.Objectives;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles the two penalties in use for Flow-SDE steps: exact, and without the step length.</summary>
public static class FlowKlOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        float[] levels = oracle["in.sigmas"].Singles;
        int index = oracle.Config.GetProperty("step_index").GetInt32();
        Tensor from = Tensor.Of(levels[index]), to = Tensor.Of(levels[index + 1]);
        var kernel = FlowKernel.Of(oracle.Config, levels);
        var latents = oracle.Tensor("in.latents");                    // [B, …]
        var velocity = oracle.Tensor("in.velocity").RequireGrad();    // [B, …]

        var step = kernel.Step(latents, velocity, from, to);
        var referenceMean = kernel.Step(latents, oracle.Tensor("in.velocity_ref"), from, to).Mean;

        Compare("with_h", KlForm.Exact);
        Compare("without_h", KlForm.WithoutStepLength);

        void Compare(string name, KlForm form)
        {
            var variance = GaussianKl.Variance(form, kernel.Kernel, step.Deviation, levels[index] - levels[index + 1]);
            var penalty = GaussianKl.Loss(step, referenceMean, variance);
            comparison.Expect("out." + name, penalty);
            comparison.Expect("grad.in.velocity." + name, Autograd.Grad([penalty], [velocity], retainGraph: true)[0]);
        }
    }
}
