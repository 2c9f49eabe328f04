
namespace Visalign.Tests.Torch;

public sealed class CheckpointTests
{
    private static Tensor Layer(Tensor x, Tensor weight) => x.Linear(weight).Gelu(tanh: true).LayerNorm() * x.Sigmoid();

    private static (Tensor X, Tensor A, Tensor B) Leaves() =>
        (Draw(1, 12, 32).RequireGrad(), Draw(2, 32, 32).RequireGrad(), Draw(3, 32, 32).RequireGrad());

    private static Tensor Draw(int stream, params long[] shape) => Noise.Normal(new(5, NoisePurpose.Probe, Branch: stream), 0, shape);

    public static TheoryData<string> Ways => ["plain", "each layer", "both layers", "nested"];

    private static Tensor Loss(string way, Tensor x, Tensor a, Tensor b) => way switch
    {
        "each layer" => Checkpoint.Run(y => Layer(y[0], b), Checkpoint.Run(y => Layer(y[0], a), x)).Square().Sum(),
        "both layers" => Checkpoint.Run(y => Layer(Layer(y[0], a), b), x).Square().Sum(),
        "nested" => Checkpoint.Run(y => Layer(Checkpoint.Run(z => Layer(z[0], a), y[0]), b), x).Square().Sum(),
        _ => Layer(Layer(x, a), b).Square().Sum(),
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void Gradients_of_inputs_and_captured_weights_equal_the_plain_ones_to_the_bit(string way)
    {
        using var scope = Tensor.Scope();
        var (x, a, b) = Leaves();
        var (px, pa, pb) = Leaves();

        var loss = Loss(way, x, a, b);
        var plain = Loss("plain", px, pa, pb);
        Autograd.Backward(loss);
        Autograd.Backward(plain);

        Assert.True(loss.SameAs(plain));
        Assert.True(x.Gradient!.SameAs(px.Gradient!));
        Assert.True(a.Gradient!.SameAs(pa.Gradient!));
        Assert.True(b.Gradient!.SameAs(pb.Gradient!));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Asking_for_single_gradients_works_too(string way)
    {
        using var scope = Tensor.Scope();
        var (x, a, b) = Leaves();

        var gradients = Autograd.Grad([Loss(way, x, a, b)], [a, x]);
        var plain = Autograd.Grad([Loss("plain", x, a, b)], [a, x]);

        Assert.True(gradients[0].SameAs(plain[0]));
        Assert.True(gradients[1].SameAs(plain[1]));
        Assert.Null(a.Gradient);
    }

    [Fact]
    public void Our_own_kernels_are_recomputed_like_any_operator()
    {
        using var scope = Tensor.Scope();
        var x = Draw(1, 2, 25, 48).RequireGrad();
        var vector = Draw(2, 2, 1, 48).RequireGrad();

        Tensor Block(Tensor[] y) => y[0].GatedSum(y[1], Tensor.Cat([y[0], y[0], y[0]], 2).SelfAttention(3).ModulatedNorm(y[1], y[1]));
        var gradients = Autograd.Grad([Checkpoint.Run(Block, x, vector).Square().Sum()], [x, vector]);
        var plain = Autograd.Grad([Block([x, vector]).Square().Sum()], [x, vector]);

        Assert.True(gradients[0].SameAs(plain[0]));
        Assert.True(gradients[1].SameAs(plain[1]));
    }

    [Fact]
    public void A_region_runs_again_once_for_each_backward()
    {
        using var scope = Tensor.Scope();
        var (x, a, _) = Leaves();
        int runs = 0;

        var loss = Checkpoint.Run(y =>
        {
            runs++;
            return Layer(y[0], a);
        }, x).Sum();
        Assert.Equal(1, runs);
        Autograd.Backward(loss);

        Assert.Equal(2, runs);
    }

    [Fact]
    public void An_exception_of_the_second_run_comes_out_as_itself_and_harms_nothing()
    {
        using var scope = Tensor.Scope();
        var (x, a, b) = Leaves();
        int runs = 0;
        var loss = Checkpoint.Run(y => runs++ == 0 ? Layer(y[0], a) : throw new InvalidOperationException("the second run fails"), x).Sum();

        var error = Assert.Throws<InvalidOperationException>(() => Autograd.Backward(loss));
        var afterwards = Autograd.Grad([Loss("each layer", x, a, b)], [x])[0];

        Assert.Equal("the second run fails", error.Message);
        Assert.True(afterwards.SameAs(Autograd.Grad([Loss("plain", x, a, b)], [x])[0]));
    }

    [Fact]
    public void An_exception_of_the_first_run_leaves_no_region_open()
    {
        using var scope = Tensor.Scope();
        var (x, a, b) = Leaves();

        Assert.Throws<InvalidOperationException>(() => Checkpoint.Run(_ => throw new InvalidOperationException(), x));

        Assert.True(Autograd.Grad([Loss("plain", x, a, b)], [x])[0].AllFinite());
    }

    [Fact]
    public void A_region_that_does_less_the_second_time_is_refused()
    {
        using var scope = Tensor.Scope();
        var (x, a, _) = Leaves();
        int runs = 0;
        var loss = Checkpoint.Run(y => runs++ == 0 ? Layer(Layer(y[0], a), a) : y[0].Sigmoid(), x).Sum();

        Assert.Contains("deterministic", Assert.Throws<TorchException>(() => Autograd.Backward(loss)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpointed_network_holds_a_fraction_of_the_memory()
    {
        const int Layers = 16;
        using var scope = Tensor.Scope();
        using var weight = Draw(1, 64, 64).RequireGrad().Persist();
        using var x = Draw(2, 4096, 64).RequireGrad().Persist();  // 1 MiB

        long plain = Measured(false), thrifty = Measured(true);

        // Per layer the plain network saves several tensors of 1 MiB, the other one: its input.
        Assert.InRange(plain, 4L * Layers << 20, long.MaxValue);
        Assert.InRange(thrifty, 0, (Layers + 8L) << 20);

        long Measured(bool checkpointed)
        {
            long before = Visalign.Torch.Native.Bridge.va_memory_in_use();
            Tensor y;
            using (var inner = Tensor.Scope())
            {
                y = x;
                for (int i = 0; i < Layers; i++) y = checkpointed ? Checkpoint.Run(z => Layer(z[0], weight), y) : Layer(y, weight);
                inner.Keep(y);
            }
            return Visalign.Torch.Native.Bridge.va_memory_in_use() - before;
        }
    }
}
