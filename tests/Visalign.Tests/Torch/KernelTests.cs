namespace Visalign.Tests.Torch;

/// <summary>Holds every kernel of the bridge to its portable form: values, gradients, thread counts, and what it refuses.</summary>
public sealed class KernelTests
{
    public static TheoryData<string> Names => [.. Kernels.Keys];

    // The products of linear layers are BLAS's, whose kernels for some processors treat the rows at a cut differently.
    public static TheoryData<string> NamesOfOurs => [.. Kernels.Keys.Where(name => !name.StartsWith("linear", StringComparison.Ordinal))];

    private sealed record Kernel(long[][] Shapes, Func<Tensor[], Tensor> Fused, Func<Tensor[], Tensor> Portable);

    private static readonly Dictionary<string, Kernel> Kernels = new()
    {
        ["linear of rows"] = new([[70, 24], [40, 24], [40]], x => x[0].Linear(x[1], x[2]), x => x[0].PortableLinear(x[1], x[2])),
        ["linear of sequences"] = new([[9, 25, 32], [96, 32], [96]], x => x[0].Linear(x[1], x[2]), x => x[0].PortableLinear(x[1], x[2])),
        ["linear without bias"] = new([[150, 7], [5, 7]], x => x[0].Linear(x[1]), x => x[0].PortableLinear(x[1], null)),
        ["linear of a turned input"] = new([[24, 70], [40, 24], [40]], x => x[0].Transpose(0, 1).Linear(x[1], x[2]), x => x[0].Transpose(0, 1).PortableLinear(x[1], x[2])),
        ["gelu"] = new([[5, 6, 7]], x => x[0].Gelu(tanh: true), x => x[0].PortableGelu(tanh: true)),
        ["gelu far out"] = new([[999]], x => (x[0] * 40).Gelu(tanh: true), x => (x[0] * 40).PortableGelu(tanh: true)),
        ["modulated norm"] = new([[5, 25, 48], [5, 1, 48], [5, 1, 48]], x => x[0].ModulatedNorm(x[1], x[2]), x => x[0].PortableModulatedNorm(x[1], x[2], 1e-6)),
        ["modulated norm of parts"] = new([[5, 25, 32], [5, 96]], x => Parts(x[1], (a, b, _) => x[0].Narrow(1, 3, 20).ModulatedNorm(a, b)), x => Parts(x[1], (a, b, _) => x[0].Narrow(1, 3, 20).PortableModulatedNorm(a, b, 1e-6))),
        ["linear of a modulated norm"] = new([[5, 25, 48], [5, 1, 48], [5, 1, 48], [40, 48], [40]], x => x[0].ModulatedLinear(x[1], x[2], x[3], x[4]), x => x[0].PortableModulatedNorm(x[1], x[2], 1e-6).PortableLinear(x[3], x[4])),
        ["linear of a modulated norm of parts"] = new([[5, 25, 32], [5, 96], [7, 32]], x => Parts(x[1], (a, b, _) => x[0].Narrow(1, 3, 20).ModulatedLinear(a, b, x[2])), x => Parts(x[1], (a, b, _) => x[0].Narrow(1, 3, 20).PortableModulatedNorm(a, b, 1e-6).PortableLinear(x[2], null))),
        ["linear of gelu"] = new([[5, 6, 48], [32, 48], [32]], x => x[0].GeluLinear(x[1], x[2]), x => x[0].PortableGelu(tanh: true).PortableLinear(x[1], x[2])),
        ["linear of gelu far out"] = new([[9, 31], [8, 31]], x => (x[0] * 20).GeluLinear(x[1]), x => (x[0] * 20).PortableGelu(tanh: true).PortableLinear(x[1], null)),
        ["group norm"] = new([[3, 12, 4, 8], [12], [12]], x => x[0].GroupNorm(4, x[1], x[2], 1e-6), x => x[0].PortableGroupNorm(4, x[1], x[2], 1e-6)),
        ["silu of a group norm"] = new([[5, 24, 8, 8], [24], [24]], x => x[0].GroupNormSilu(8, x[1], x[2]), x => x[0].PortableGroupNormSilu(8, x[1], x[2], 1e-5)),
        ["silu of a turned group norm"] = new([[4, 4, 8, 4], [8], [8]], x => x[0].Transpose(1, 2).GroupNormSilu(2, x[1], x[2]), x => x[0].Transpose(1, 2).PortableGroupNormSilu(2, x[1], x[2], 1e-5)),
        ["gated gelu"] = new([[5, 7, 22]], x => x[0].Geglu(), x => x[0].PortableGeglu()),
        ["gated gelu far out"] = new([[9, 200]], x => (x[0] * 8).Geglu(), x => (x[0] * 8).PortableGeglu()),
        ["attention to others"] = new([[3, 16, 64], [3, 8, 64], [3, 8, 64]], x => Tensor.Attention(x[0], x[1], x[2], 2), x => Tensor.PortableAttention(x[0], x[1], x[2], 2)),
        ["attention to others of an odd width"] = new([[2, 5, 36], [2, 19, 36], [2, 19, 36]], x => Tensor.Attention(x[0], x[1], x[2], 3), x => Tensor.PortableAttention(x[0], x[1], x[2], 3)),
        ["root mean square norm"] = new([[5, 33, 48], [48]], x => x[0].RmsNorm(x[1]), x => x[0].PortableRmsNorm(x[1], 1e-6)),
        ["root mean square norm of many rows"] = new([[3, 70, 16], [16]], x => x[0].RmsNorm(x[1], 1e-5), x => x[0].PortableRmsNorm(x[1], 1e-5)),
        ["silu product"] = new([[5, 7, 11], [5, 7, 11]], x => x[0].SiluProduct(x[1]), x => x[0].PortableSiluProduct(x[1])),
        ["silu product far out"] = new([[999], [999]], x => (x[0] * 40).SiluProduct(x[1]), x => (x[0] * 40).PortableSiluProduct(x[1])),
        ["gated sum"] = new([[5, 25, 48], [5, 1, 48], [5, 25, 48]], x => x[0].GatedSum(x[1], x[2]), x => x[0].AddProduct(x[1], x[2])),
        ["gated sum of parts"] = new([[5, 25, 32], [5, 96], [5, 25, 32]], x => Parts(x[1], (_, _, c) => x[0].GatedSum(c, x[2])), x => Parts(x[1], (_, _, c) => x[0].AddProduct(c, x[2]))),
        ["attention of an odd width"] = new([[3, 24, 36]], x => x[0].SelfAttention(2), x => x[0].PortableSelfAttention(2, causal: false)),
        ["attention"] = new([[3, 24, 240]], x => x[0].SelfAttention(4), x => x[0].PortableSelfAttention(4, causal: false)),
        ["causal attention"] = new([[3, 25, 96]], x => x[0].SelfAttention(2, causal: true), x => x[0].PortableSelfAttention(2, causal: true)),
        ["causal attention of an odd width"] = new([[2, 35, 36]], x => x[0].SelfAttention(1, causal: true), x => x[0].PortableSelfAttention(1, causal: true)),
        ["attention of 25 tokens"] = new([[3, 25, 96]], x => x[0].SelfAttention(1), x => x[0].PortableSelfAttention(1, causal: false)),
    };

    private static Tensor Parts(Tensor packed, Func<Tensor, Tensor, Tensor, Tensor> use)
    {
        var parts = packed.Unsqueeze(1).Chunk(3, 2);
        return use(parts[0], parts[1], parts[2]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_kernel_and_its_gradients_equal_the_portable_form(string name)
    {
        using var scope = Tensor.Scope();
        var kernel = Kernels[name];

        var (fused, fusedGradients) = Run(kernel.Shapes, kernel.Fused);
        var (portable, portableGradients) = Run(kernel.Shapes, kernel.Portable);

        // Sums of some hundred products in another order: a few ulp of numbers of order ten.
        AssertClose(portable, fused, 1e-5);
        foreach (var (expected, actual) in portableGradients.Zip(fusedGradients)) AssertClose(expected, actual, 5e-5);
    }

    [Theory]
    [MemberData(nameof(NamesOfOurs))]
    public void A_kernel_gives_the_same_bits_for_one_thread_and_for_two(string name)
    {
        using var scope = Tensor.Scope();
        var kernel = Kernels[name];

        var (one, oneGradients) = Threads.With(1, () => Run(kernel.Shapes, kernel.Fused));
        var (two, twoGradients) = Threads.With(2, () => Run(kernel.Shapes, kernel.Fused));

        Assert.True(one.SameAs(two));
        foreach (var (a, b) in oneGradients.Zip(twoGradients)) Assert.True(a.SameAs(b));
    }

    [Fact]
    public void Attention_survives_scores_that_are_all_far_below_zero()
    {
        using var scope = Tensor.Scope();
        var kernel = new Kernel([[2, 5, 96]], x => (x[0] * 30).SelfAttention(1), x => (x[0] * 30).PortableSelfAttention(1, causal: false));

        var (fused, fusedGradients) = Run(kernel.Shapes, kernel.Fused);
        var (portable, portableGradients) = Run(kernel.Shapes, kernel.Portable);

        // Scores near a thousand carry a rounding error of 1e-4 into the exponent.
        AssertClose(portable, fused, 5e-4);
        AssertClose(portableGradients[0], fusedGradients[0], 5e-4);
    }

    [Fact]
    public void Frozen_weights_cost_no_gradient_and_leave_the_others_right()
    {
        using var scope = Tensor.Scope();
        var x = Draw(0, [8, 16]).RequireGrad();
        var weight = Draw(1, [4, 16]);

        Autograd.Backward(x.Linear(weight, Tensor.Zeros([4])).Sum());

        AssertClose(weight.Sum([0], keepDim: true).Expand(8, 16), x.Gradient!, 1e-6);
        Assert.Null(weight.Gradient);
    }

    [Fact]
    public void Linear_and_gelu_can_be_differentiated_twice_and_the_others_say_that_they_cannot()
    {
        using var scope = Tensor.Scope();
        var x = Draw(0, [6, 16]).RequireGrad();
        var weight = Draw(1, [16, 16]).RequireGrad();
        var rows = Draw(2, [2, 3, 16]).RequireGrad();
        var vector = Draw(3, [2, 1, 16]);

        var slope = Autograd.Grad([x.Linear(weight).Gelu(tanh: true).Sum()], [x], createGraph: true)[0];
        var plain = Autograd.Grad([x.PortableLinear(weight, null).PortableGelu(tanh: true).Sum()], [x], createGraph: true)[0];
        var second = Autograd.Grad([slope.Square().Sum()], [x, weight]);
        var plainSecond = Autograd.Grad([plain.Square().Sum()], [x, weight]);

        AssertClose(plainSecond[0], second[0], 1e-4);
        AssertClose(plainSecond[1], second[1], 1e-4);
        foreach (var output in new[] { rows.ModulatedNorm(vector, vector), rows.GatedSum(vector, rows), Tensor.Cat([rows, rows, rows], 2).SelfAttention(1), rows.ModulatedLinear(vector, vector, weight), rows.GeluLinear(weight), rows.RmsNorm(vector.Select(0, 0).Select(0, 0)), rows.Geglu(), Tensor.Attention(rows, rows, rows, 2), rows.GroupNorm(1, Tensor.Ones([3]), Tensor.Ones([3])), rows.SiluProduct(rows) })
            Assert.Contains("no second derivative", Assert.Throws<TorchException>(() => Autograd.Grad([output.Sum()], [rows], createGraph: true)).Message, StringComparison.Ordinal);
    }

    [Theory] // Of a weight used twice, over two backward passes, with and without the kernels that add into the leaves themselves.
    [InlineData("linear")]
    [InlineData("linear of gelu")]
    [InlineData("linear of a modulated norm")]
    public void Gradients_add_up_in_the_leaves_own_memory(string name)
    {
        using var scope = Tensor.Scope();
        var x = Draw(0, [2, 3, 16]);
        using var fused = new FlatParameters([("weight", Draw(1, [16, 16])), ("bias", Draw(2, [16])), ("vector", Draw(3, [2, 1, 16]))]);
        using var portable = new FlatParameters([.. fused.Slots.Select(slot => (slot.Name, slot.Of(fused.Values)))]);

        for (int pass = 0; pass < 2; pass++)
        {
            Autograd.Backward(Twice(fused, ours: true));
            Autograd.Backward(Twice(portable, ours: false));
        }

        AssertClose(portable.Gradients, fused.Gradients, 5e-5);
        Assert.Equal(fused.Gradients.Address, fused["weight"].Gradient!.Address);

        Tensor Twice(FlatParameters p, bool ours) => Layer(p, Layer(p, x, ours), ours).Square().Sum();

        Tensor Layer(FlatParameters p, Tensor input, bool ours)
        {
            var (weight, bias, vector) = (p["weight"], p["bias"], p["vector"]);
            return name switch
            {
                "linear" => ours ? input.Linear(weight, bias) : input.PortableLinear(weight, bias),
                "linear of gelu" => ours ? input.GeluLinear(weight, bias) : input.PortableGelu(tanh: true).PortableLinear(weight, bias),
                _ => ours ? input.ModulatedLinear(vector, vector, weight, bias) : input.PortableModulatedNorm(vector, vector, 1e-6).PortableLinear(weight, bias),
            };
        }
    }

    [Fact]
    public void Gradients_that_are_asked_for_are_returned_and_leave_the_leaves_alone()
    {
        using var scope = Tensor.Scope();
        using var parameters = new FlatParameters([("weight", Draw(1, [16, 16]))]);
        var x = Draw(0, [4, 16]);

        var gradient = Autograd.Grad([x.Linear(parameters["weight"]).Sum()], [parameters["weight"]])[0];

        AssertClose(x.Sum([0], keepDim: true).Expand(16, 16), gradient, 1e-5);
        Assert.Equal(0, parameters.Gradients.Abs().Sum().Item());
    }

    [Theory] // A vector of 1,024 is still small, the same numbers and one more are not.
    [InlineData("tensors")]
    [InlineData("number")]
    public void Arithmetic_of_small_tensors_has_the_bits_of_libtorchs(string second)
    {
        using var scope = Tensor.Scope();
        var (a, b) = (Draw(0, [1, 1025]).Reshape(-1), Draw(1, [1, 1025]).Reshape(-1));
        Func<Tensor, Tensor, Tensor>[] all = second == "tensors" ? [(x, y) => x + y, (x, y) => x - y, (x, y) => x * y, (x, y) => x / y]
            : [(x, _) => x + 0.1, (x, _) => x - 0.1, (x, _) => x * 0.1, (x, _) => x / 0.1];

        foreach (var operation in all)
            Assert.Equal(operation(a, b).ToArray<float>()[..1024], operation(a.Narrow(0, 0, 1024), b.Narrow(0, 0, 1024)).ToArray<float>());
    }

    [Fact]
    public void Arithmetic_of_small_tensors_is_recorded_broadcast_and_widened_as_ever()
    {
        using var scope = Tensor.Scope();
        var x = Draw(0, [3, 4]).RequireGrad();

        Autograd.Backward((x * x.Detach() + x).Sum());

        Assert.True(x.Gradient!.SameAs(x.Detach() + 1));
        using (Autograd.NoGrad()) Assert.False((x + x).RequiresGrad);
        Assert.Equal([3, 4], (x.Detach() + Tensor.Ones([4])).Shape.ToArray());
        Assert.Equal(DType.Float64, (x.Detach() * Tensor.Ones([3, 4], DType.Float64)).DType);
        Assert.Equal([4, 3], (x.Detach().Transpose(0, 1) / 2.0).Shape.ToArray());
    }

    [Fact]
    public void Other_types_and_widths_take_the_portable_way()
    {
        using var scope = Tensor.Scope();
        var x = Draw(0, [2, 3, 10]);
        var vector = Draw(1, [2, 1, 10]);

        AssertClose(x.PortableModulatedNorm(vector, vector, 1e-6), x.ModulatedNorm(vector, vector), 0);
        AssertClose(x.AddProduct(vector, x), x.GatedSum(vector, x), 0);
        AssertClose(x.PortableRmsNorm(Tensor.Ones([10]), 1e-6), x.RmsNorm(Tensor.Ones([10])), 0);
        Assert.Equal(DType.Float64, x.To(DType.Float64).SiluProduct(x.To(DType.Float64)).DType);
        AssertClose(x.PortableModulatedNorm(vector, vector, 1e-6).PortableLinear(Tensor.Ones([4, 10]), null), x.ModulatedLinear(vector, vector, Tensor.Ones([4, 10])), 1e-6);
        Assert.Equal(DType.Float64, x.To(DType.Float64).GeluLinear(Tensor.Ones([4, 10], DType.Float64)).DType);
        Assert.Equal(DType.Float64, x.To(DType.Float64).Gelu(tanh: true).DType);
        Assert.Equal(DType.Float64, x.To(DType.Float64).Linear(Tensor.Ones([4, 10], DType.Float64)).DType);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_by_name()
    {
        using var scope = Tensor.Scope();
        var x = Tensor.Ones([2, 3, 16]);

        foreach (var wrong in new Func<Tensor>[]
        {
            () => x.Linear(Tensor.Ones([4, 15])), () => x.Linear(Tensor.Ones([4, 16]), Tensor.Ones([5])), () => x.Linear(Tensor.Ones([16])),
            () => x.ModulatedNorm(Tensor.Ones([1, 1, 16]), Tensor.Ones([2, 1, 16])), () => x.ModulatedNorm(Tensor.Ones([2, 16]), Tensor.Ones([2, 1, 16])),
            () => x.ModulatedLinear(Tensor.Ones([2, 1, 16]), Tensor.Ones([2, 1, 16]), Tensor.Ones([4, 15])), () => x.GeluLinear(Tensor.Ones([4, 15])), () => x.GatedSum(Tensor.Ones([2, 1, 16]), Tensor.Ones([2, 4, 16])), () => x.RmsNorm(Tensor.Ones([15])), () => x.SiluProduct(Tensor.Ones([2, 3, 1])), () => Tensor.Attention(x, Tensor.Ones([2, 3, 15]), x, 1), () => Tensor.Attention(x, x, Tensor.Ones([2, 4, 16]), 1), () => Tensor.Ones([2, 3, 5]).Geglu(), () => x.GroupNorm(2, Tensor.Ones([3]), Tensor.Ones([3])), () => x.SelfAttention(5), () => Tensor.Ones([3, 0, 0]).SelfAttention(1),
        })
            Assert.Contains("visalign::", Assert.Throws<TorchException>(wrong).Message, StringComparison.Ordinal);
    }

    private static (Tensor Value, Tensor[] Gradients) Run(long[][] shapes, Func<Tensor[], Tensor> function)
    {
        Tensor[] inputs = [.. shapes.Select((shape, index) => Draw(index, shape).RequireGrad())];
        var value = function(inputs);
        return (value.Detach(), Autograd.Grad([value], inputs, [Draw(99, value.Shape)]));
    }

    private static Tensor Draw(int stream, ReadOnlySpan<long> shape) => Noise.Normal(new(7, NoisePurpose.Probe, Branch: stream), 0, shape);

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.Shape.ToArray(), actual.Shape.ToArray());
        Assert.InRange((expected - actual).Abs().Reshape(-1).Max([0]).Item(), 0, tolerance * Math.Max(1, expected.Abs().Reshape(-1).Max([0]).Item()));
    }
}
