using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>From which distribution tokens are drawn.</summary>
public sealed record TokenSampling
{
    /// <summary>Classifier-free guidance; 1 is off.</summary>
    public double GuidanceScale { get; init; } = 1;

    /// <summary>How many tokens from the first on are guided; LlamaGen's <c>cfg_interval</c> plus 2.</summary>
    public int GuidedTokens { get; init; } = int.MaxValue;

    /// <summary>Logits are divided by it.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Only as many of the most likely tokens stay, and those as likely as the last of them; 0 = all.</summary>
    public int TopK { get; init; }

    /// <summary>Only the most likely tokens stay that together reach this probability; 1 = all.</summary>
    public double TopP { get; init; } = 1;
}

/// <summary>The distribution that tokens are drawn from, as functions of a network's logits.</summary>
/// <remarks>LlamaGen's sampler (Sun et al., arXiv 2406.06525): guidance, temperature, top-k, top-p, in this order. Departures: none.</remarks>
public static class TokenDistribution
{
    private const double LowestTemperature = 1e-5;

    /// <summary>Guided logits of a batch whose first half answers the conditions and whose second half answers none.</summary>
    /// <param name="logits">Shape <c>[2B, V]</c>.</param>
    /// <returns>Shape <c>[B, V]</c>.</returns>
    public static Tensor Guided(Tensor logits, double scale)
    {
        using var scope = Tensor.Scope();
        var halves = logits.Chunk(2, 0);
        return scope.Keep(Guidance.Combine(halves[0], halves[1], scale));
    }

    /// <summary>Logits by temperature, with minus infinity for what is filtered out.</summary>
    /// <param name="logits">Shape <c>[B, V]</c>.</param>
    public static Tensor Filtered(Tensor logits, TokenSampling options)
    {
        using var scope = Tensor.Scope();
        var scaled = logits / Math.Max(options.Temperature, LowestTemperature);
        if (options.TopK > 0) scaled = TopK(scaled, options.TopK);
        if (options.TopP < 1) scaled = TopP(scaled, options.TopP);
        return scope.Keep(scaled);
    }

    /// <summary>Drops every logit below the k-th largest; equal ones stay.</summary>
    /// <param name="logits">Shape <c>[B, V]</c>.</param>
    /// <param name="count">k; all stay where it is V or more.</param>
    public static Tensor TopK(Tensor logits, int count)
    {
        using var scope = Tensor.Scope();
        var bound = logits.Sort(-1, descending: true).Values.Narrow(-1, Math.Min(count, logits.Size(-1)) - 1, 1);   // [B, 1]
        return scope.Keep(Dropped(logits, (logits - bound).Less(0)));
    }

    /// <summary>Drops, from the most likely token on, every one behind those that together exceed a probability; the first stays.</summary>
    /// <param name="logits">Shape <c>[B, V]</c>.</param>
    /// <param name="share">p, in (0, 1).</param>
    public static Tensor TopP(Tensor logits, double share)
    {
        using var scope = Tensor.Scope();
        var (sorted, places) = logits.Sort(-1, descending: true);
        var sums = sorted.Softmax(-1).CumulativeSum(-1).Narrow(-1, 0, logits.Size(-1) - 1);                          // up to the one before
        var behind = sums.Pad([1, 0]).Greater(share);                                                               // [B, V], in falling order
        return scope.Keep(Dropped(logits, behind.Gather(-1, places.Sort(-1).Places)));
    }

    private static Tensor Dropped(Tensor logits, Tensor where) => Tensor.Where(where, Tensor.Of(double.NegativeInfinity), logits);
}
