using System.Text.Json;
using Visalign.Generators;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>The stochastic flow step that a case's config describes.</summary>
/// <remarks>The reference code knows it under several names: <c>sde_type</c>, <c>sde_kernel</c>, or the kind of the case.</remarks>
internal sealed class FlowKernel
{
    private readonly float[] _levels;
    private readonly Variant _variant;
    private readonly double _noiseScale;
    private readonly LogProbReduction _reduction;

    private FlowKernel(Variant variant, double noiseScale, LogProbReduction reduction, float[] levels) =>
        (_variant, _noiseScale, _reduction, _levels) = (variant, noiseScale, reduction, levels);

    private enum Variant { FlowSde, LinearSde, Cps }

    /// <summary>The one of the project.</summary>
    public IStepKernel Kernel => _variant == Variant.Cps ? new Cps() : new FlowSde();

    /// <summary>Strength of its noise.</summary>
    public double NoiseScale => _noiseScale;

    /// <summary>How its log-probabilities are reduced.</summary>
    public LogProbReduction Reduction => _reduction;

    /// <summary>Reads the kernel from a config.</summary>
    /// <param name="levels">T + 1 noise levels from noise to data.</param>
    public static FlowKernel Of(JsonElement config, float[] levels)
    {
        string name = Text(config, "sde_type") ?? Text(config, "sde_kernel") ?? Text(config, "kind")!;
        var variant = name switch
        {
            _ when name is "cps" or "flow_cps_step" || name.StartsWith("cps ", StringComparison.Ordinal) => Variant.Cps,
            _ when name is "sde" or "flow-sde" or "flow_sde_step" or "flow_kl_forms" || name.StartsWith("flow-sde ", StringComparison.Ordinal) => Variant.FlowSde,
            "wan" => Variant.LinearSde,
            _ => throw new NotSupportedException($"A step of kind '{name}' is not computed here."),
        };
        string reduction = Text(config, "log_prob_reduction") ?? "mean";
        return new(variant, variant == Variant.LinearSde ? 1 : config.GetProperty("noise_level").GetDouble(),
            reduction.StartsWith("sum", StringComparison.Ordinal) ? LogProbReduction.Sum : LogProbReduction.Mean, levels);
    }

    /// <summary>The step.</summary>
    /// <param name="from">Shape <c>[B]</c> or <c>[]</c>.</param>
    public GaussianStep Step(Tensor latents, Tensor velocity, Tensor from, Tensor to) => _variant == Variant.Cps
        ? Cps.Step(latents, velocity, from, to, _noiseScale)
        : FlowSde.Step(latents, velocity, from, to, Sigma(from));

    /// <summary>The ODE's state after the step.</summary>
    public static Tensor Euler(Tensor latents, Tensor velocity, Tensor from, Tensor to) =>
        FlowSde.Step(latents, velocity, from, to, Tensor.Of(0)).Mean;

    /// <summary>The diffusion coefficient of an SDE's step, without the root of the step length.</summary>
    private Tensor Sigma(Tensor from) => _variant switch
    {
        Variant.FlowSde => FlowSde.Sigma(from, _levels[1], _noiseScale),
        Variant.LinearSde => FlowSde.LinearSigma(from, _levels[^1], _levels[1]),
        _ => throw new InvalidOperationException("A coefficient-preserving step has no diffusion coefficient."),
    };

    /// <summary>What the step is trained with.</summary>
    /// <returns>Shape <c>[B]</c>.</returns>
    public Tensor LogProb(GaussianStep step, Tensor next) => Kernel.LogProb(step, next, _reduction);

    /// <summary>What the authors' code calls <c>std_dev_t</c>: sigma for an SDE, the deviation for CPS.</summary>
    public Tensor StandardDeviation(GaussianStep step, Tensor from) => _variant == Variant.Cps ? step.Deviation : Sigma(from);

    private static string? Text(JsonElement config, string key) => config.TryGetProperty(key, out var value) ? value.GetString() : null;
}
