using System.Diagnostics;
using Visalign.Torch;

namespace Visalign.Bench;

/// <summary>Something to time, which <c>twin.py</c> does as well under the same name.</summary>
/// <param name="Name">Its key in the twin.</param>
/// <param name="Description">For the table.</param>
/// <param name="Calls">How often one run does it; the table shows the time of one.</param>
/// <param name="Prepare">Makes the inputs and returns one run.</param>
internal sealed record Workload(string Name, string Description, int Calls, Func<Action> Prepare)
{
    internal static IReadOnlyList<Workload> All { get; } =
    [
        new("tiny-add", "add of 4 numbers", 1000, TinyAdd),
        new("linear", "linear 1536×128→512", 1, Linear),
        new("attention-24", "attention 64×4×24×32", 1, () => Attention(24)),
        new("attention-25", "attention 64×4×25×32", 1, () => Attention(25)),
        new("convolution", "conv 3×3, 64×64×8×8", 1, Convolution),
        new("transformer-step", "transformer step, B=64", 1, () => Step(64)),
    ];

    /// <summary>Milliseconds of each repeat, after two runs that are not counted.</summary>
    internal double[] Time(int repeats)
    {
        using var scope = Tensor.Scope();
        var run = Prepare();
        run();
        run();
        var times = new double[repeats];
        for (int i = 0; i < repeats; i++)
        {
            long start = Stopwatch.GetTimestamp();
            run();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        return times;
    }

    private static Action TinyAdd()
    {
        var (a, b) = (Tensor.Ones([4]), Tensor.Ones([4]));
        return () =>
        {
            for (int i = 0; i < 1000; i++) (a + b).Dispose();
        };
    }

    private static Action Linear()
    {
        var (x, weight, bias) = (Draw(1536, 128), Draw(512, 128), Draw(512));
        return Backward(() => x.Linear(weight, bias));
    }

    private static Action Attention(int tokens)
    {
        var qkv = Draw(64, tokens, 384);
        return Backward(() => qkv.SelfAttention(4));
    }

    private static Action Convolution()
    {
        var (x, weight, bias) = (Draw(64, 64, 8, 8), Draw(64, 64, 3, 3), Draw(64));
        return Backward(() => x.Conv2d(weight, bias, padding: 1));
    }

    private static Action Step(int batch)
    {
        var step = new TransformerStep(batch);
        return () => step.Run();
    }

    private static Tensor Draw(params ReadOnlySpan<long> shape) => Noise.Normal(new(1, NoisePurpose.Training), 0, shape).RequireGrad();

    private static Action Backward(Func<Tensor> forward) => () =>
    {
        using var scope = Tensor.Scope();
        Autograd.Backward(forward().Sum());
    };
}
