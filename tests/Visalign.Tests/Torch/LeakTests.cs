using System.Globalization;
using Visalign.Torch.Optimizers;

namespace Visalign.Tests.Torch;

public sealed class LeakTests
{
    [Fact]
    public void Two_hundred_training_steps_leave_neither_tensors_nor_memory_behind()
    {
        const int WarmUp = 60, Iterations = 200;
        using var outer = Tensor.Scope();
        using var parameters = new FlatParameters([("a", Draw(1, 256, 256)), ("b", Draw(2, 256, 256)), ("table", Draw(3, 16, 256))]);
        using var optimizer = new AdamW(parameters, new(), average: true);
        var words = Tensor.From([.. Enumerable.Range(0, 512).Select(i => (long)(i % 16))], 64, 8);
        long tensors = 0, memory = 0;

        for (int i = 0; i < WarmUp + Iterations; i++)
        {
            if (i == WarmUp) (tensors, memory) = (Tensor.LiveCount, ResidentBytes());
            Step(parameters, optimizer, words);
        }

        Assert.Equal(tensors, Tensor.LiveCount);
        // A step's largest tensor alone has 512 KiB: one left behind per step would be 100 MiB.
        Assert.InRange(ResidentBytes() - memory, long.MinValue, 24 << 20);
    }

    private static void Step(FlatParameters parameters, AdamW optimizer, Tensor words)
    {
        using var scope = Tensor.Scope();
        parameters.ClearGradients();
        var x = parameters["table"].Embedding(words);                                                // [64, 8, 256]
        x = Checkpoint.Run(y => y[0].Linear(parameters["a"]).Gelu(tanh: true), x);
        using (Tensor.Scope()) _ = (x * 2).Exp();
        Autograd.Grad([x.Sum()], [parameters["table"]], retainGraph: true);
        var kept = Mean(Checkpoint.Run(y => Checkpoint.Run(z => z[0].LayerNorm(), y[0]).Linear(parameters["b"]), x).Square());
        Autograd.Backward(kept);
        _ = Assert.Throws<TorchException>(() => x.MatMul(words));
        optimizer.Step(1e-4, 0.99);
    }

    private static Tensor Mean(Tensor x)
    {
        using var scope = Tensor.Scope();
        return scope.Keep((x + 1).Mean());
    }

    private static Tensor Draw(int stream, params long[] shape) => Noise.Normal(new(5, NoisePurpose.Probe, Branch: stream), 0, shape);

    private static long ResidentBytes()
    {
        string line = File.ReadLines("/proc/self/status").Single(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
