using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>How likely tokens are under logits, in float32.</summary>
public static class TokenLogProb
{
    /// <summary>The log-probability of each token.</summary>
    /// <param name="logits">Shape <c>[B, N, V]</c>: row i is of token i.</param>
    /// <param name="tokens">Shape <c>[B, N]</c>, int64.</param>
    /// <param name="temperature">Logits are divided by it; the one tokens were drawn at.</param>
    /// <returns>Shape <c>[B, N]</c>.</returns>
    public static Tensor Of(Tensor logits, Tensor tokens, double temperature = 1)
    {
        Expect.Shape(logits, $"{tokens.Size(0)} {tokens.Size(1)} V");
        using var scope = Tensor.Scope();
        var shares = (temperature == 1 ? logits : logits / temperature).LogSoftmax(-1);
        return scope.Keep(shares.Gather(-1, tokens.Unsqueeze(-1)).Squeeze(-1));
    }

    /// <summary>The entropy of each token's distribution, in nats.</summary>
    /// <param name="logits">Shape <c>[…, V]</c>; minus infinity where a token is out of the question.</param>
    /// <returns>Shape <c>[…]</c>.</returns>
    public static Tensor Entropy(Tensor logits)
    {
        using var scope = Tensor.Scope();
        var logShares = logits.LogSoftmax(-1);
        // Zero times minus infinity is no number, and such a token adds nothing.
        return scope.Keep(-(logShares.Exp() * logShares.Clamp(low: float.MinValue)).Sum([-1]));
    }
}
