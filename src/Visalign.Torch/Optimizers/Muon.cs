namespace Visalign.Torch.Optimizers;

/// <summary>What Muon takes besides the learning rate.</summary>
public sealed record MuonOptions
{
    /// <summary>Decay of the momentum.</summary>
    public double Momentum { get; init; } = 0.95;
    /// <summary>Decoupled weight decay per unit of learning rate.</summary>
    public double WeightDecay { get; init; } = 0.01;
}

/// <summary>Momentum whose step is brought near an orthogonal matrix: for the matrices inside a network, trained from scratch.</summary>
/// <remarks>
/// Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024, with the decoupled weight decay of Liu et
/// al., "Muon is Scalable for LLM Training", arXiv 2502.16982. For a matrix W of r rows and c columns with gradient G:
/// <code>
/// M ← momentum · M + G;   O = orthogonal(G + momentum · M);   W ← (1 - rate · decay) W - rate · sqrt(max(1, r / c)) · O
/// </code>
/// orthogonal is five Newton-Schulz steps of odd degree 5, which bring the singular values near 1 (0.68 to 1.13). Departures: none.
/// </remarks>
public sealed class Muon : IDisposable
{
    private const int Iterations = 5;
    private readonly FlatParameters _parameters;
    private readonly MuonOptions _options;
    private readonly Tensor _momentum;

    /// <summary>An optimizer at step 0.</summary>
    /// <param name="parameters">Matrices only.</param>
    /// <exception cref="ArgumentException">A parameter is not a matrix.</exception>
    public Muon(FlatParameters parameters, MuonOptions options)
    {
        if (parameters.Slots.FirstOrDefault(slot => slot.Shape.Length != 2) is { } other)
            throw new ArgumentException($"Muon steps matrices, and {other.Name} has shape [{string.Join(", ", other.Shape)}]. Give it to AdamW.", nameof(parameters));
        (_parameters, _options) = (parameters, options);
        _momentum = Tensor.Zeros([parameters.Count]).Persist();
        Average = parameters.Values.Clone().Persist();
    }

    /// <summary>Shape <c>[N]</c>: moving average of the parameters.</summary>
    public Tensor Average { get; }

    /// <summary>Applies the accumulated gradients.</summary>
    /// <param name="learningRate">For this step; about ten times one that suits AdamW.</param>
    /// <param name="averageDecay">Share of the old average that stays.</param>
    public void Step(double learningRate, double averageDecay)
    {
        using var noGradient = Autograd.NoGrad();
        using var scope = Tensor.Scope();
        _momentum.MulInPlace(_options.Momentum);
        _momentum.AddInPlace(_parameters.Gradients);
        var direction = _parameters.Gradients.AddScaled(_momentum, _options.Momentum);                          // [N]
        _parameters.Values.MulInPlace(1 - learningRate * _options.WeightDecay);
        foreach (var alike in _parameters.Slots.GroupBy(slot => (Rows: slot.Shape[0], Columns: slot.Shape[1])))
        {
            using var inner = Tensor.Scope();
            double length = Math.Sqrt(Math.Max(1, (double)alike.Key.Rows / alike.Key.Columns));
            var steps = Orthogonal(Tensor.Stack(alike.Select(slot => slot.Of(direction)).ToArray()));          // [K, r, c]
            foreach (var (at, slot) in alike.Index()) slot.Of(_parameters.Values).AddInPlace(steps.Select(0, at), -learningRate * length);
        }
        Average.LerpInPlace(_parameters.Values, 1 - averageDecay);
    }

    /// <summary>The nearest matrices with all singular values near 1.</summary>
    /// <param name="matrices">Shape <c>[K, r, c]</c>.</param>
    /// <returns>The same shape.</returns>
    internal static Tensor Orthogonal(Tensor matrices)
    {
        using var scope = Tensor.Scope();
        bool tall = matrices.Size(1) > matrices.Size(2);
        var x = tall ? matrices.Transpose(1, 2).Contiguous() : matrices;
        x = x / (x.Square().Sum([1, 2], keepDim: true).Sqrt() + 1e-7);
        for (int i = 0; i < Iterations; i++)
        {
            // Jordan's coefficients: the polynomial 3.4445 x - 4.7750 x³ + 2.0315 x⁵ on every singular value.
            var square = x.MatMul(x.Transpose(1, 2));
            x = x * 3.4445 + (square * -4.7750 + square.MatMul(square) * 2.0315).MatMul(x);
        }
        return scope.Keep(tall ? x.Transpose(1, 2) : x);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _momentum.Dispose();
        Average.Dispose();
    }
}
