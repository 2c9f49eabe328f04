namespace Visalign.Tests.Torch;

public sealed class AutogradTests
{
    [Fact]
    public void Backward_adds_up_in_the_leaves()
    {
        using var scope = Tensor.Scope();
        var x = Tensor.From([1f, 2f, 3f], 3).RequireGrad();

        Autograd.Backward(x.Square().Sum());
        Autograd.Backward((x * 10).Sum());

        Assert.Equal([12f, 14f, 16f], x.Gradient!.ToArray<float>());  // 2x + 10
    }

    [Fact]
    public void Backward_of_a_vector_takes_its_cotangent()
    {
        using var scope = Tensor.Scope();
        var x = Tensor.From([1f, 2f], 2).RequireGrad();

        Autograd.Backward([x * x], [Tensor.From([1f, 100f], 2)]);

        Assert.Equal([2f, 400f], x.Gradient!.ToArray<float>());
    }

    [Fact]
    public void Grad_leaves_the_leaves_alone_and_can_be_taken_twice()
    {
        using var scope = Tensor.Scope();
        var x = Tensor.From([2f], 1).RequireGrad();

        var first = Autograd.Grad([x.Pow(3).Sum()], [x], createGraph: true)[0];
        var second = Autograd.Grad([first.Sum()], [x])[0];

        Assert.Equal(12, first.Item());   // 3x²
        Assert.Equal(12, second.Item());  // 6x
        Assert.Null(x.Gradient);
    }

    [Fact]
    public void Nothing_is_recorded_without_gradients_and_modes_nest()
    {
        using var scope = Tensor.Scope();
        var x = Tensor.Ones([2]).RequireGrad();

        using (Autograd.NoGrad())
        {
            Assert.False(Autograd.IsRecording);
            Assert.False((x * 2).RequiresGrad);
            using (Autograd.EnableGrad()) Assert.True((x * 2).RequiresGrad);
            Assert.False((x * 2).RequiresGrad);
        }

        Assert.True((x * 2).RequiresGrad);
        Assert.False((x * 2).Detach().RequiresGrad);
    }

    [Fact]
    public void Gradients_equal_finite_differences()
    {
        using var scope = Tensor.Scope();
        var start = Noise.Normal(new(3, NoisePurpose.Probe), 0, [4, 3]).To(DType.Float64);
        var x = start.Clone().RequireGrad();

        Autograd.Backward(Function(x));

        const double Step = 1e-5;
        var gradient = x.Gradient!.ToArray<double>();
        for (int i = 0; i < gradient.Length; i++)
        {
            double up = Function(Moved(start, i, Step)).Item(), down = Function(Moved(start, i, -Step)).Item();
            Assert.Equal((up - down) / (2 * Step), gradient[i], 1e-7);
        }
    }

    private static Tensor Function(Tensor x) => (x.Softmax(1) * x.Tanh()).Sum() + x.LayerNorm().Sigmoid().Square().Sum();

    private static Tensor Moved(Tensor start, int index, double step)
    {
        var moved = start.Clone();
        moved.AsSpan<double>()[index] += step;
        return moved;
    }

    [Fact]
    public void Misuse_is_told_and_does_no_harm()
    {
        using var scope = Tensor.Scope();
        var x = Tensor.Ones([2]).RequireGrad();
        var other = Tensor.Ones([2]).RequireGrad();
        var loss = (x * 2).Sum();

        Assert.Contains("scalar", Assert.Throws<TorchException>(() => Autograd.Backward(x * 2)).Message, StringComparison.Ordinal);
        Assert.Contains("does not require grad", Assert.Throws<TorchException>(() => Autograd.Backward(Tensor.Of(1))).Message, StringComparison.Ordinal);
        Assert.Throws<TorchException>(() => Autograd.Grad([loss], [other], retainGraph: true));
        Assert.Throws<TorchException>(() => Autograd.Backward([x * 2], [Tensor.Ones([3])]));
        Assert.Throws<ArgumentException>(() => Autograd.Backward([loss], []));
        Assert.Throws<TorchException>(() => Tensor.From([1L], 1).RequireGrad());
        Assert.Throws<TorchException>(() => x.SetGradient(Tensor.Ones([3])));
        var square = x.Square().Sum();
        Autograd.Backward(square);
        Assert.Contains("second time", Assert.Throws<TorchException>(() => Autograd.Backward(square)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_changed_after_it_was_saved_is_noticed()
    {
        using var scope = Tensor.Scope();
        var x = Tensor.Ones([2]).RequireGrad();
        var y = x * 2;
        var loss = (y * y).Sum();

        using (Autograd.NoGrad()) y.FillInPlace(0);

        Assert.Contains("modified by an inplace operation", Assert.Throws<TorchException>(() => Autograd.Backward(loss)).Message, StringComparison.Ordinal);
    }
}
