namespace Visalign.Benchmarks;

/// <summary>The mean of independent values and how far it may be off.</summary>
/// <param name="Mean">In the values' unit.</param>
/// <param name="StandardError">Sample deviation over the root of the count; null for a single value, which says nothing of its spread.</param>
/// <param name="Count">How many values, at least 1.</param>
public readonly record struct SampleMean(double Mean, double? StandardError, int Count)
{
    /// <summary>Mean and standard error of a sample.</summary>
    /// <remarks>
    /// <code>error = sqrt(Σ (x − mean)² / (n − 1)) / sqrt(n)</code>
    /// For a few values the interval mean ± 1.96 errors is too narrow; prefer <see cref="CrossedBootstrap"/> where prompts repeat.
    /// </remarks>
    /// <param name="values">Finite numbers, at least one.</param>
    /// <exception cref="InputException">No value, or one that is not finite.</exception>
    public static SampleMean Of(ReadOnlySpan<double> values)
    {
        if (values.Length == 0)
            throw new InputException("a mean of no values was asked for; expected at least one.");

        var sum = 0.0;
        for (var i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]))
                throw new InputException($"value {i} of {values.Length} is {values[i]}; expected finite numbers. Leave failed scores out and report their share.");
            sum += values[i];
        }
        var mean = sum / values.Length;
        if (values.Length == 1)
            return new(mean, null, 1);

        var squares = 0.0;
        foreach (var value in values)
            squares += (value - mean) * (value - mean);
        return new(mean, Math.Sqrt(squares / (values.Length - 1) / values.Length), values.Length);
    }
}
