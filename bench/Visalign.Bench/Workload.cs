using System.Diagnostics;
using Visalign.Generators;
using Visalign.Networks;
using Visalign.Pictures;
using Visalign.Rewards;
using Visalign.Torch;
using Visalign.Torch.Optimizers;
using Visalign.Worlds;

namespace Visalign.Bench;

/// <summary>Something to time, which <c>twin.py</c> does as well under the same name.</summary>
/// <param name="Name">Its key in the twin.</param>
/// <param name="Description">For the table.</param>
/// <param name="Calls">How often one run does it; the table shows the time of one.</param>
/// <param name="Prepare">Makes the inputs and returns one run.</param>
internal sealed record Workload(string Name, string Description, int Calls, Func<Action> Prepare)
{
    /// <summary>Whether Python does it as well.</summary>
    internal bool HasTwin { get; init; } = true;

    /// <summary>It takes long, so it runs a quarter as often.</summary>
    internal bool Long { get; init; }

    internal static IReadOnlyList<Workload> All { get; } =
    [
        new("tiny-add", "add of 4 numbers", 1000, TinyAdd),
        new("linear", "linear 1536×128→512", 1, Linear),
        new("attention-24", "attention 64×4×24×32", 1, () => Attention(24)),
        new("attention-25", "attention 64×4×25×32", 1, () => Attention(25)),
        new("convolution", "conv 3×3, 64×64×8×8", 1, Convolution),
        new("optimizer", "clip, AdamW, EMA: 1.9 M numbers", 1, OptimizerStep),
        new("transformer-step", "transformer step, B=64", 1, () => Step(64)),
        new("flow-grpo-iteration", "Flow-GRPO iteration, 96 samples", 1, Iteration) { Long = true },
        new("exact-score", "exact score of 96 pictures", 1, ExactScore) { HasTwin = false },
    ];

    /// <summary>How often it runs where a usual workload runs <paramref name="usual"/> times.</summary>
    internal int Repeats(int usual) => Long ? Math.Max(3, usual / 4) : usual;

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

    private static Action OptimizerStep()
    {
        var parameters = new FlatParameters(TextDit.Initialize(new(), seed: 1));
        var optimizer = new AdamW(parameters, new(), average: true);
        using (Autograd.NoGrad()) parameters.Gradients.CopyInPlace(Noise.Normal(new(1, NoisePurpose.Training), 0, [1, parameters.Count]).Reshape(-1));
        return () => optimizer.Step(1e-4, averageDecay: 0.999);
    }

    private static Action Iteration()
    {
        var iteration = new GrpoIteration();
        return iteration.Run;
    }

    private static Action ExactScore()
    {
        const int Count = 96, Length = 3 * Scene.Size * Scene.Size;
        var prompts = Enumerable.Range(0, Count).Select(i => PromptSampler.Draw(PromptSplit.Training, seed: 1, i)).ToList();
        var pixels = new float[Count * Length];
        for (int i = 0; i < Count; i++) SceneRenderer.Render(SceneSampler.Draw(prompts[i].Request, seed: 1, i), pixels.AsSpan(i * Length, Length));
        var pictures = new PictureBatch(pixels, Count, Scene.Size, Scene.Size);
        Condition[] conditions = [.. prompts.Select(prompt => new Condition(prompt.Text))];
        var reward = new ExactReward(new());
        return () => reward.Score(pictures, conditions);
    }

    private static Tensor Draw(params ReadOnlySpan<long> shape) => Noise.Normal(new(1, NoisePurpose.Training), 0, shape).RequireGrad();

    private static Action Backward(Func<Tensor> forward) => () =>
    {
        using var scope = Tensor.Scope();
        Autograd.Backward(forward().Sum());
    };
}
