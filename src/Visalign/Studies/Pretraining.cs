using Visalign.Torch;
using Visalign.Torch.Optimizers;

namespace Visalign.Studies;

/// <summary>How a shipped model is trained from scratch.</summary>
public sealed record PretrainingOptions
{
    /// <summary>Optimizer steps.</summary>
    public required int Steps { get; init; }
    /// <summary>Samples per step.</summary>
    public int BatchSize { get; init; } = 64;
    /// <summary>Peak learning rate; falls to zero along half a cosine.</summary>
    public double LearningRate { get; init; } = 1e-3;
    /// <summary>Steps of warm-up.</summary>
    public int WarmupSteps { get; init; } = 100;
    /// <summary>Decay of the weights' moving average, which is what is kept.</summary>
    public double EmaDecay { get; init; } = 0.9995;
    /// <summary>Scenes in the training set, drawn once.</summary>
    public int Scenes { get; init; } = 65_536;
    /// <summary>Seed of data, weights and noise.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>One line of a pretraining's progress.</summary>
public readonly record struct PretrainingProgress(int Step, int Steps, double Loss, double Seconds);

/// <summary>The loop that pretraining of every shipped model shares.</summary>
internal static class Pretraining
{
    /// <summary>Minimizes a loss and returns the averaged weights.</summary>
    /// <param name="loss">The scalar loss of one step; called with the step's number.</param>
    internal static Tensor Run(FlatParameters parameters, PretrainingOptions options, Func<int, Tensor> loss, TimeProvider clock, IProgress<PretrainingProgress>? progress)
    {
        using var optimizer = new AdamW(parameters, new() { WeightDecay = 0.01 }, average: true);
        long start = clock.GetTimestamp();
        for (int step = 0; step < options.Steps; step++)
        {
            using var scope = Tensor.Scope();
            parameters.ClearGradients();
            var value = loss(step);
            Autograd.Backward(value);
            double rate = LearningRate.At(LearningRateSchedule.Cosine, options.LearningRate, step, options.Steps, options.WarmupSteps);
            double decay = Math.Min(options.EmaDecay, (1.0 + step) / (10 + step));
            optimizer.Step(rate, decay);
            if (progress is not null && (step % 100 == 99 || step == 0))
                progress.Report(new(step + 1, options.Steps, value.Item(), clock.GetElapsedTime(start).TotalSeconds));
        }
        return optimizer.Average!.Clone();
    }
}
