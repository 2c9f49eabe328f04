using Visalign.Networks;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>The velocity network of the training cases: one hidden layer with a low-rank update on its input weights.</summary>
/// <remarks>
/// <code>
/// h = tanh((w1 + scale lora_b lora_a) x + wt t + wc c + b1)
/// v = w2 h + b2
/// </code>
/// x is the flattened state, t the timestep over 1000, c the condition.
/// </remarks>
internal sealed class ToyVelocity
{
    private readonly Weights _base;
    private readonly Weights _adapted;
    private readonly Tensor _timeWeight;

    /// <summary>Builds it from a case's <c>weight.*</c>.</summary>
    /// <param name="down">Shape <c>[r, D]</c>, trainable.</param>
    /// <param name="up">Shape <c>[H, r]</c>, trainable.</param>
    public ToyVelocity(OracleCase oracle, Tensor down, Tensor up)
    {
        _base = Weights.Of(
        [
            ("hidden.weight", oracle.Tensor("weight.w1")), ("hidden.bias", oracle.Tensor("weight.b1")),
            ("condition.weight", oracle.Tensor("weight.wc")),
            ("out.weight", oracle.Tensor("weight.w2")), ("out.bias", oracle.Tensor("weight.b2")),
        ]);
        _timeWeight = oracle.Tensor("weight.wt");
        double scale = oracle.Config.GetProperty("lora_scale").GetDouble();
        _adapted = _base.WithLowRank([("hidden", new(down, up, scale))]);
    }

    /// <summary>The velocity.</summary>
    /// <param name="state">Shape <c>[B, …]</c>.</param>
    /// <param name="timestep">The same for all rows, 1000 = noise.</param>
    /// <param name="condition">Shape <c>[B, C]</c>.</param>
    /// <param name="adapter">Whether the low-rank update is on.</param>
    /// <returns>Shape of the state.</returns>
    public Tensor Of(Tensor state, double timestep, Tensor condition, bool adapter = true) =>
        Of(state, Tensor.Full([state.Size(0)], timestep), condition, adapter);

    /// <inheritdoc cref="Of(Tensor, double, Tensor, bool)"/>
    /// <param name="timesteps">Shape <c>[B]</c>: each row's own.</param>
    public Tensor Of(Tensor state, Tensor timesteps, Tensor condition, bool adapter = true)
    {
        var w = adapter ? _adapted : _base;
        var x = state.Reshape(state.Size(0), -1);                                                                    // [B, D]
        var h = (Layers.Linear(w["hidden"], x) + Layers.Linear(w["condition"], condition) + _timeWeight * (timesteps / 1000).Reshape(-1, 1)).Tanh();  // [B, H]
        return Layers.Linear(w["out"], h).Reshape(state.Shape);
    }
}
