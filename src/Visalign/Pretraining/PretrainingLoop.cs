using System.ComponentModel.DataAnnotations;
using Visalign.Networks;
using Visalign.Torch;
using Visalign.Torch.Optimizers;

namespace Visalign.Pretraining;

/// <summary>How a network of a shipped model is trained from scratch.</summary>
public sealed record PretrainingOptions
{
    /// <summary>Optimizer steps.</summary>
    [Range(1, 10_000_000)]
    public required int Steps { get; init; }

    /// <summary>Samples per step.</summary>
    [Range(1, 100_000)]
    public int BatchSize { get; init; } = 64;

    /// <summary>Peak learning rate; falls to zero along half a cosine.</summary>
    [Range(0, 1, MinimumIsExclusive = true)]
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>The same for the matrices inside the blocks, which Muon then steps; 0 leaves them to AdamW. Not for autoencoders.</summary>
    [Range(0, 1)]
    public double MatrixLearningRate { get; init; }

    /// <summary>AdamW's memory of the mean squared gradient.</summary>
    [Range(0, 1, MaximumIsExclusive = true)]
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Steps of warm-up.</summary>
    [Range(0, 1_000_000)]
    public int WarmupSteps { get; init; } = 100;

    /// <summary>Decay of the weights' moving average, which is what is kept.</summary>
    [Range(0, 1, MaximumIsExclusive = true)]
    public double EmaDecay { get; init; } = 0.9995;

    /// <summary>Scenes in the training set, drawn once.</summary>
    [Range(1, 10_000_000)]
    public int Scenes { get; init; } = 65_536;

    /// <summary>Seed of data, weights and noise.</summary>
    [Range(0, long.MaxValue)]
    public long Seed { get; init; } = 1;
}

/// <summary>One line of a pretraining's progress.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Loss">Mean over the steps since the last report.</param>
public readonly record struct PretrainingProgress(int Step, int Steps, double Loss, double Seconds);

/// <summary>The loop that pretraining of every shipped model shares.</summary>
internal static class PretrainingLoop
{
    private const int ReportEvery = 100;

    /// <summary>Minimizes a loss and returns the averaged weights by name, in the open scope.</summary>
    /// <param name="initial">What weights begin with; copied.</param>
    /// <param name="loss">The scalar loss of one step; called with the weights and the step's number.</param>
    /// <param name="progress">Hears of every hundredth step and of the last.</param>
    /// <param name="isMatrix">What Muon steps, where the options have a learning rate for it; null for the matrices inside blocks.</param>
    internal static List<(string Name, Tensor Value)> Run(IEnumerable<(string Name, Tensor Value)> initial, PretrainingOptions options, Func<Weights, int, Tensor> loss,
        TimeProvider clock, IProgress<PretrainingProgress>? progress, CancellationToken stop, Func<string, Tensor, bool>? isMatrix = null)
    {
        using var trained = new PretrainedWeights(initial, (name, value) => options.MatrixLearningRate > 0 && (isMatrix ?? IsInnerMatrix)(name, value));
        var (parameters, matrices) = (trained.Others, trained.Matrices);
        using var optimizer = new AdamW(parameters, new() { WeightDecay = 0.01, Beta2 = options.Beta2 }, average: true);
        using var muon = matrices is null ? null : new Muon(matrices, new());
        long start = clock.GetTimestamp();
        var (sum, count) = (0.0, 0);
        for (int step = 0; step < options.Steps; step++)
        {
            stop.ThrowIfCancellationRequested();
            using var scope = Tensor.Scope();
            parameters.ClearGradients();
            matrices?.ClearGradients();
            var value = loss(trained.Tree(), step);
            Autograd.Backward(value);
            double decay = Math.Min(options.EmaDecay, (1.0 + step) / (10 + step));
            optimizer.Step(Rate(options.LearningRate), decay);
            muon?.Step(Rate(options.MatrixLearningRate), decay);
            (sum, count) = (sum + value.Item(), count + 1);
            if ((step + 1) % ReportEvery != 0 && step + 1 != options.Steps) continue;
            progress?.Report(new(step + 1, options.Steps, sum / count, clock.GetElapsedTime(start).TotalSeconds));
            (sum, count) = (0, 0);

            double Rate(double peak) => LearningRate.At(LearningRateSchedule.Cosine, peak, step, options.Steps, options.WarmupSteps);
        }
        return [.. trained.Shaped([.. Averages(parameters, optimizer.Average!), .. matrices is null ? [] : Averages(matrices, muon!.Average)])];
    }

    // What Muon is for: not the embeddings, the first and last layers, nor biases.
    private static bool IsInnerMatrix(string name, Tensor value) => value.Rank == 2 && name.Split('.').Any(part => part is "blocks" or "layers");

    private static IEnumerable<(string Name, Tensor Value)> Averages(FlatParameters parameters, Tensor average) =>
        parameters.Slots.Select(slot => (slot.Name, slot.Of(average).Clone()));
}
