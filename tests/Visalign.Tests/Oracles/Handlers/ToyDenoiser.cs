namespace Visalign.Tests.Oracles.Handlers;

/// <summary>The denoiser of training cases: two linear layers with SiLU between, told the timestep and the mean of the condition's tokens.</summary>
/// <param name="tensor">Its tensors by name: <c>fc_in.weight</c> and so on.</param>
internal sealed class ToyDenoiser(Func<string, Tensor> tensor)
{
    /// <summary>Its tensors' names.</summary>
    internal static readonly string[] Names = ["cond.weight", "fc_in.bias", "fc_in.weight", "fc_out.bias", "fc_out.weight", "time.weight"];

    /// <summary>What it predicts.</summary>
    /// <param name="latents">Shape <c>[B, …]</c>.</param>
    /// <param name="timesteps">Shape <c>[B]</c>, 0 to 999.</param>
    /// <param name="condition">Shape <c>[B, L, E]</c>.</param>
    internal Tensor Of(Tensor latents, Tensor timesteps, Tensor condition)
    {
        using var scope = Tensor.Scope();
        var flat = latents.Reshape(latents.Size(0), -1);
        var hidden = flat.Linear(tensor("fc_in.weight"), tensor("fc_in.bias")) + (timesteps / 1000).Unsqueeze(1).Linear(tensor("time.weight"))
            + condition.Mean([1]).Linear(tensor("cond.weight"));
        return scope.Keep(hidden.Silu().Linear(tensor("fc_out.weight"), tensor("fc_out.bias")).Reshape(latents.Shape));
    }
}
