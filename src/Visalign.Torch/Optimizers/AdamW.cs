using Visalign.Torch.Native;

namespace Visalign.Torch.Optimizers;

/// <summary>What AdamW takes besides the learning rate.</summary>
public sealed record AdamWOptions
{
    /// <summary>Decay of the first moment.</summary>
    public double Beta1 { get; init; } = 0.9;
    /// <summary>Decay of the second moment.</summary>
    public double Beta2 { get; init; } = 0.999;
    /// <summary>Added to the root of the second moment.</summary>
    public double Epsilon { get; init; } = 1e-8;
    /// <summary>Decoupled weight decay per unit of learning rate.</summary>
    public double WeightDecay { get; init; } = 1e-4;
    /// <summary>Largest global gradient norm; larger gradients are scaled down to it. Infinity = off.</summary>
    public double ClipNorm { get; init; } = 1;
}

/// <summary>AdamW on one flat vector: clipping, both moments, decoupled decay and the running average in one pass.</summary>
/// <remarks>
/// Loshchilov and Hutter, arXiv 1711.05101, algorithm 2; clipping by the global norm as in PyTorch's
/// <c>clip_grad_norm_</c> (divides by norm + 1e-6). Departures: none.
/// </remarks>
public sealed class AdamW : IDisposable
{
    private readonly FlatParameters _parameters;
    private readonly AdamWOptions _options;

    /// <summary>An optimizer at step 0.</summary>
    /// <param name="average">Also keep an exponential moving average of the parameters, starting from their present values.</param>
    public AdamW(FlatParameters parameters, AdamWOptions options, bool average = false)
    {
        (_parameters, _options) = (parameters, options);
        First = Tensor.Zeros([parameters.Count]).Persist();
        Second = Tensor.Zeros([parameters.Count]).Persist();
        if (average) Average = parameters.Values.Clone().Persist();
    }

    /// <summary>Shape <c>[N]</c>: first moments.</summary>
    public Tensor First { get; }
    /// <summary>Shape <c>[N]</c>: second moments.</summary>
    public Tensor Second { get; }
    /// <summary>Shape <c>[N]</c>: moving average of the parameters, or null when none is kept.</summary>
    public Tensor? Average { get; }
    /// <summary>Steps taken; set when a checkpoint is loaded.</summary>
    public long StepCount { get; set; }

    /// <summary>Applies the accumulated gradients.</summary>
    /// <param name="learningRate">For this step.</param>
    /// <param name="averageDecay">Share of the old average that stays; 1 leaves the average alone.</param>
    /// <returns>The gradient norm before clipping.</returns>
    /// <exception cref="InputException">The gradient is not finite; nothing was changed.</exception>
    public unsafe double Step(double learningRate, double averageDecay = 1)
    {
        var gradients = _parameters.Gradients.AsSpan<float>();
        fixed (float* g = gradients, p = _parameters.Values.AsSpan<float>(), m = First.AsSpan<float>(), v = Second.AsSpan<float>())
        fixed (float* a = Average is null || averageDecay >= 1 ? default : Average.AsSpan<float>())
        {
            Bridge.Check(Bridge.va_squared_norm(g, gradients.Length, out double square));
            double norm = Math.Sqrt(square);
            if (!double.IsFinite(norm)) throw new InputException($"the gradient norm of optimizer step {StepCount + 1} is {norm}: the run has diverged. Lower the learning rate, or look at the rewards.");
            double scale = norm > _options.ClipNorm ? _options.ClipNorm / (norm + 1e-6) : 1;
            StepCount++;
            Bridge.Check(Bridge.va_adamw(p, g, m, v, a, gradients.Length, (float)scale, (float)learningRate, (float)_options.Beta1, (float)_options.Beta2,
                (float)_options.Epsilon, (float)_options.WeightDecay, (float)(1 - Math.Pow(_options.Beta1, StepCount)),
                (float)(1 - Math.Pow(_options.Beta2, StepCount)), (float)averageDecay));
            return norm;
        }
    }

    /// <summary>The portable form of <see cref="Step"/>, in libtorch's operators.</summary>
    internal double PortableStep(double learningRate, double averageDecay = 1)
    {
        using var scope = Tensor.Scope();
        using var noGradient = Autograd.NoGrad();
        var gradients = _parameters.Gradients;
        double norm = gradients.Norm().Item();
        if (norm > _options.ClipNorm) gradients = gradients * (_options.ClipNorm / (norm + 1e-6));
        StepCount++;
        First.LerpInPlace(gradients, 1 - _options.Beta1);
        Second.LerpInPlace(gradients.Square(), 1 - _options.Beta2);
        var root = (Second / (1 - Math.Pow(_options.Beta2, StepCount))).Sqrt() + _options.Epsilon;
        _parameters.Values.MulInPlace(1 - learningRate * _options.WeightDecay);
        _parameters.Values.AddInPlace(First / root, -learningRate / (1 - Math.Pow(_options.Beta1, StepCount)));
        if (averageDecay < 1) Average?.LerpInPlace(_parameters.Values, 1 - averageDecay);
        return norm;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
        Average?.Dispose();
    }
}
