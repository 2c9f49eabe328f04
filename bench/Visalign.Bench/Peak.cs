using System.Diagnostics;
using Visalign.Torch;

namespace Visalign.Bench;

/// <summary>The rate of one large square product, which is what the BLAS can do on these threads.</summary>
internal sealed class Peak
{
    private const int Side = 1024;

    private readonly Tensor _left = TrainingStep.Normal(1, Side, Side), _right = TrainingStep.Normal(2, Side, Side);

    /// <summary>Operations a second, the better of three products.</summary>
    internal double Rate()
    {
        double best = double.PositiveInfinity;
        for (int i = 0; i < 3; i++)
        {
            long start = Stopwatch.GetTimestamp();
            _left.MatMul(_right).Dispose();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return Flops.Product(Side, Side, Side) / best;
    }
}
