using Visalign.Generators;
using Visalign.Networks;
using Visalign.Pictures;
using Visalign.Rewards;
using Visalign.Torch;
using Visalign.Torch.Optimizers;
using Visalign.Worlds;

namespace Visalign.Bench;

/// <summary>All that is timed, in the order of the table.</summary>
internal static class Workloads
{
    private const int Batch = 64;

    private static readonly TextDitConfig Toy = new(), Wide = new() { Width = 768, Heads = 12, Blocks = 2 };

    internal static IReadOnlyList<Workload> All { get; } =
    [
        new("tiny-add", WorkloadKind.Dispatch, "add of 4 numbers", TinyAdd) { Calls = 1000 },
        Linear("linear", 1536, 128, 512),
        Linear("linear-768", 1536, 768, 768),
        Attention("attention-24", 24, 4, 32),
        Attention("attention-25", 25, 4, 32),
        Attention("attention-64", 64, 4, 32),
        Attention("attention-768", 24, 12, 64),
        Convolution("convolution", 64, 64, 8),
        Convolution("convolution-fine", 32, 32, 8),
        Convolution("convolution-coarse", 128, 64, 4),
        new("optimizer", WorkloadKind.Optimizer, "all weights of the toy transformer: 84 tensors, 1.9 M numbers", () => Optimizer(TextDit.Initialize(Toy, seed: 1))),
        new("optimizer-lora", WorkloadKind.Optimizer, "rank 4 on 128 layers 320 wide: 256 tensors, 0.3 M numbers", () => Optimizer(SmallTensors())),
        Transformer("transformer-step", "toy transformer, width 128", Toy),
        Transformer("transformer-step-768", "two such blocks of width 768", Wide),
        new("unet-step", WorkloadKind.Step, "UNet of shapes32-eps", () => UnetStep.Ready(Batch)) { TakesMemory = true },
        Iteration("flow-grpo-iteration", "Flow-GRPO, 96 samples, KL", 1),
        Iteration("flow-grpo-guided", "the same with guidance", 4.5),
        DraftMemory(10),
        DraftMemory(40),
        new("exact-score", WorkloadKind.Reward, "exact score of 96 pictures", ExactScore) { HasTwin = false },
    ];

    private static Workload Linear(string name, int rows, int inputs, int outputs) => new(name, WorkloadKind.Operator, $"linear {rows}×{inputs}→{outputs}",
        () => Backward((Draw(rows, inputs), Draw(outputs, inputs), Draw(outputs)), x => x.Item1.Linear(x.Item2, x.Item3))) { MatrixWork = 3 * Flops.Product(rows, inputs, outputs) };

    private static Workload Attention(string name, int tokens, int heads, int width) => new(name, WorkloadKind.Operator, $"attention {Batch}×{heads}×{tokens}×{width}",
        () => Backward(Draw(Batch, tokens, 3 * heads * width), x => x.SelfAttention(heads)));

    private static Workload Convolution(string name, int inputs, int outputs, int side) => new(name, WorkloadKind.Operator, $"convolution 3×3, {inputs}→{outputs}, {Batch}×{side}×{side}",
        () => Backward((Draw(Batch, inputs, side, side), Draw(outputs, inputs, 3, 3), Draw(outputs)), x => x.Item1.Conv2d(x.Item2, x.Item3, padding: 1)));

    private static Workload Transformer(string name, string description, TextDitConfig config) => new(name, WorkloadKind.Step, description, () => TransformerStep.Ready(config, Batch))
    {
        TakesMemory = true,
        MatrixWork = Flops.TrainingStep(config, Batch),
    };

    private static Workload Iteration(string name, string description, double guidance) => new(name, WorkloadKind.Iteration, description, () => MethodIteration.FlowGrpo(guidance)) { TakesMemory = true };

    private static Workload DraftMemory(int steps) => new($"draft-{steps}", WorkloadKind.Iteration, $"DRaFT through {steps} steps, 96 samples", () => MethodIteration.Draft(steps))
    {
        HasTwin = false, TakesMemory = true, IsTimed = false,
    };

    private static Prepared TinyAdd()
    {
        var (a, b) = (Tensor.Ones([4]), Tensor.Ones([4]));
        return new(() =>
        {
            using var scope = Tensor.Scope();
            for (int i = 0; i < 1000; i++) (a + b).Dispose();
        });
    }

    private static Prepared Optimizer(List<(string, Tensor)> initial)
    {
        var parameters = new FlatParameters(initial);
        var optimizer = new AdamW(parameters, new(), average: true);
        using (Autograd.NoGrad()) parameters.Gradients.CopyInPlace(Noise.Normal(new(1, NoisePurpose.Training), 0, [1, parameters.Count]).Reshape(-1));
        return new(() => optimizer.Step(1e-4, averageDecay: 0.999), parameters.Count)
        {
            Release = () =>
            {
                optimizer.Dispose();
                parameters.Dispose();
            },
        };
    }

    private static List<(string, Tensor)> SmallTensors() =>
        [.. Enumerable.Range(0, 256).Select(i => ($"{i}", Noise.Normal(new(1, NoisePurpose.Initialization), i, i % 2 == 0 ? [4, 320] : [320, 4]) * 0.02))];

    private static Prepared ExactScore()
    {
        const int Count = 96, Length = 3 * Scene.Size * Scene.Size;
        var prompts = Enumerable.Range(0, Count).Select(i => PromptSampler.Draw(PromptSplit.Training, seed: 1, i)).ToList();
        var pixels = new float[Count * Length];
        for (int i = 0; i < Count; i++) SceneRenderer.Render(SceneSampler.Draw(prompts[i].Request, seed: 1, i), pixels.AsSpan(i * Length, Length));
        var pictures = new PictureBatch(pixels, Count, Scene.Size, Scene.Size);
        Condition[] conditions = [.. prompts.Select(prompt => new Condition(prompt.Text))];
        var reward = new ExactReward(new());
        return new(() => reward.Score(pictures, conditions));
    }

    private static Tensor Draw(params ReadOnlySpan<long> shape) => Noise.Normal(new(1, NoisePurpose.Training), 0, shape).RequireGrad();

    private static Prepared Backward<T>(T inputs, Func<T, Tensor> forward) => new(() =>
    {
        using var scope = Tensor.Scope();
        Autograd.Backward(forward(inputs).Sum());
    });
}
