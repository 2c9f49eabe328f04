namespace Visalign.Tests.Oracles;

/// <summary>Collects the comparisons of one case into its outcome.</summary>
/// <remarks>A case passes when every tensor <c>out.*</c> and <c>grad.*</c> that it stores was compared and agrees.</remarks>
public sealed class OracleComparison(OracleCase oracle)
{
    private readonly HashSet<string> _compared = new(StringComparer.Ordinal);
    private string? _failure;
    private double _largest;

    /// <summary>Compares numbers with the case's tensor of that full name, shape included, within the case's tolerance.</summary>
    public void Expect(string name, ReadOnlySpan<float> got, params ReadOnlySpan<long> shape) =>
        Expect(name, Array.ConvertAll(got.ToArray(), number => (double)number), shape);

    /// <inheritdoc cref="Expect(string, ReadOnlySpan{float}, ReadOnlySpan{long})"/>
    public void Expect(string name, ReadOnlySpan<double> got, params ReadOnlySpan<long> shape)
    {
        var tensor = oracle[name];
        if (!shape.SequenceEqual(tensor.Shape))
            Fail($"{name}: shape [{string.Join(", ", shape.ToArray())}], expected [{string.Join(", ", tensor.Shape)}]");
        else
            ExpectNumbers(name, got, tensor.Doubles);
    }

    /// <summary>Compares a tensor with the case's of that full name, shape included, within the case's tolerance.</summary>
    public void Expect(string name, Tensor got)
    {
        using var scope = Tensor.Scope();
        Expect(name, got.Detach().To(DType.Float64).ToArray<double>(), got.Shape);
    }

    /// <summary>The same, where the case stores that tensor.</summary>
    public void ExpectIfStored(string name, Func<Tensor> got)
    {
        if (oracle.Has(name))
            Expect(name, got());
    }

    /// <summary>Compares numbers within the case's tolerance.</summary>
    public void ExpectNumbers(string name, ReadOnlySpan<double> got, ReadOnlySpan<double> want)
    {
        _compared.Add(name);
        if (got.Length != want.Length)
        {
            Fail($"{name}: {got.Length} numbers, expected {want.Length}");
            return;
        }
        for (int i = 0; i < got.Length; i++)
        {
            // Equal infinities, and NaN where NaN is expected, agree; their difference is no number.
            if (got[i].Equals(want[i]))
                continue;
            double deviation = Math.Abs(got[i] - want[i]);
            _largest = double.IsNaN(deviation) ? double.PositiveInfinity : Math.Max(_largest, deviation);
            if (!(deviation <= oracle.Atol + oracle.Rtol * Math.Abs(want[i])))
                Fail($"{name}[{i}]: {got[i]:R}, expected {want[i]:R} within {oracle.Atol} + {oracle.Rtol} relative");
        }
    }

    /// <summary>Compares anything exactly: words, truth values, verdicts.</summary>
    public void ExpectEqual<T>(string name, T got, T want)
    {
        _compared.Add(name);
        if (!EqualityComparer<T>.Default.Equals(got, want))
            Fail($"{name}: {got}, expected {want}");
    }

    /// <summary>Notes a failure; the first one is told.</summary>
    public void Fail(string sentence) => _failure ??= sentence;

    /// <summary>What came of it all. A case in which nothing was compared has failed.</summary>
    public OracleOutcome Outcome()
    {
        if (_compared.Count == 0)
            Fail("nothing was compared");
        string[] left = [.. oracle.Tensors.Keys.Where(name => IsExpectation(name) && !_compared.Contains(name)).Order(StringComparer.Ordinal)];
        if (left.Length > 0)
            Fail($"not recomputed: {string.Join(", ", left)}");
        return new(_failure is null ? OracleStatus.Pass : OracleStatus.Fail, _largest, _failure ?? $"{_compared.Count} compared: {string.Join(", ", _compared.Take(8))}");
    }

    private static bool IsExpectation(string name) => name.StartsWith("out.", StringComparison.Ordinal) || name.StartsWith("grad.", StringComparison.Ordinal);
}
