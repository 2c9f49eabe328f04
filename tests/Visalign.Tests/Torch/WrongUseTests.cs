using FsCheck.Xunit;
using Visalign.Torch.Native;

namespace Visalign.Tests.Torch;

/// <summary>Whatever is passed, the process lives and the caller is told.</summary>
public sealed class WrongUseTests
{
    private static Tensor Disposed()
    {
        var tensor = Tensor.Ones([2]).Persist();
        tensor.Dispose();
        return tensor;
    }

    [Fact]
    public void A_disposed_tensor_is_refused_in_every_place()
    {
        using var scope = Tensor.Scope();
        var gone = Disposed();
        var there = Tensor.Ones([2]);

        foreach (var use in new Action[]
        {
            () => _ = gone + there, () => _ = there + gone, () => Tensor.Cat([there, gone]), () => _ = gone.Count, () => gone.ToArray<float>(), () => gone.AsSpan<float>(),
            () => gone.Item(), () => Autograd.Backward(gone), () => Autograd.Grad([there], [gone]), () => there.SetGradient(gone), () => _ = gone.Gradient, () => gone.RequireGrad(),
            () => Checkpoint.Run(x => x[0], gone), () => Tensor.Where(gone, there, there), () => there.CopyInPlace(gone), () => gone.FillInPlace(0),
        })
            Assert.Throws<ObjectDisposedException>(use);
        gone.Dispose();
        Assert.Equal("disposed tensor", gone.ToString());
    }

    [Theory]
    [InlineData(999)]
    [InlineData(-1)]
    [InlineData(12345678)]
    public void A_number_that_is_no_dtype_is_refused(int number)
    {
        using var scope = Tensor.Scope();

        Assert.Contains("dtype", Assert.Throws<TorchException>(() => Tensor.Zeros([2], (DType)number)).Message, StringComparison.Ordinal);
        Assert.Contains("dtype", Assert.Throws<TorchException>(() => Tensor.Ones([2]).To((DType)number)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(99, 0)]
    [InlineData(-3, 0)]
    [InlineData(0, 7)]
    [InlineData(1, 4096)]
    public void A_device_that_is_not_there_is_refused(int kind, int index)
    {
        using var scope = Tensor.Scope();

        Assert.Throws<TorchException>(() => Tensor.Zeros([2], device: new Device(kind, index)));
        Assert.Throws<TorchException>(() => Tensor.Zeros([2]).To(new Device(kind, index)));
    }

    [Fact]
    public void Errors_name_operator_and_shapes()
    {
        using var scope = Tensor.Scope();
        var x = Tensor.Ones([2, 3]);

        foreach (var (use, words) in new (Action Use, string Words)[]
        {
            (() => x.MatMul(x), "aten::matmul(Float[2, 3], Float[2, 3])"),
            (() => x.MatMul(x.To(DType.Float64).Transpose(0, 1)), "aten::matmul(Float[2, 3], Double[3, 2])"),
            (() => x.Reshape(4, 2), "aten::reshape(Float[2, 3], 4×2)"),
            (() => x.Narrow(1, 2, 5), "aten::narrow(Float[2, 3], 1, 2, 5)"),
            (() => Tensor.Cat([x, Tensor.Ones([4, 4])]), "aten::cat(Float[2, 3] Float[4, 4], 0)"),
            (() => Tensor.Cat([]), "aten::cat("),
            (() => x.Conv2d(x), "aten::conv2d(Float[2, 3], Float[2, 3]"),
            (() => x.Embedding(x), "aten::embedding(Float[2, 3], Float[2, 3])"),
            (() => x.IndexSelect(0, Tensor.From([5L], 1)), "aten::index_select(Float[2, 3], 0, Long[1])"),
        })
            Assert.Contains(words, Assert.Throws<TorchException>(use).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => x.Item());
        Assert.Throws<InvalidOperationException>(() => x.AsSpan<double>());
        Assert.Throws<InvalidOperationException>(() => x.Transpose(0, 1).AsSpan<float>());
        Assert.Throws<ArgumentException>(() => Tensor.From([1f, 2f], 3));
    }

    [Fact]
    public void A_call_with_too_few_too_many_or_wrong_arguments_is_refused()
    {
        using var scope = Tensor.Scope();
        var x = Tensor.Ones([2]);

        foreach (var (use, words) in new (Action Use, string Words)[]
        {
            (() => Operators.Add.Call(), "argument 'self' has no default"),
            (() => Operators.Add.Call(x), "argument 'other' has no default"),
            (() => Operators.Add.Call(x, x, 1.0, 2.0), "takes 3 arguments, got 4"),
            (() => Operators.Add.Call(x, 1.0), "argument 'other' expects Tensor, got real"),
            (() => Operators.Add.Call((Tensor?)null, x), "argument 'self' expects Tensor, got none"),
            (() => Operators.Sum.Call(x, "dim"), "argument 'dim' expects"),
            (() => Operators.Split.Call(x, 1L), "more results than room for them"),
            (() => Operators.Split.Call(x, 0.5), "argument 'split_size' expects int, got real"),
            (() => Operators.Cat.Call((ReadOnlySpan<Tensor?>)[x, null]), "null"),
            (() => new Operator("aten::there_is_no_such_operator(Tensor self)", since: "99.0").Call(x), "has no operator aten::there_is_no_such_operator"),
        })
            Assert.Contains(words, Assert.Throws<TorchException>(use).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_beyond_all_memory_is_an_error_of_its_own_kind()
    {
        var error = Assert.Throws<TorchOutOfMemoryException>(() => Tensor.Empty([1L << 50]));

        Assert.Contains("live tensors", error.Message, StringComparison.Ordinal);
    }

    // A call of any operator with arguments of random kinds, or of the declared kinds, which get further into it. Numbers
    // are small, so nothing is large.
    [Property(MaxTest = 2000)]
    public bool Random_calls_give_a_result_or_an_exception(ushort which, int[] drawn, bool fitting)
    {
        var operators = Operator.All.Where(op => op.Exists).ToList();
        var op = operators[which % operators.Count];
        List<(int Kind, int[] Numbers)> arguments = [.. drawn.Chunk(4).Where(part => part.Length == 4)
            .Select(part => (Math.Abs(part[0] % 9), part[1..].Select(number => (number % 5) - 1).ToArray())).Take(8)];
        long before = Tensor.LiveCount;

        using (Tensor.Scope()) Try(op, fitting ? Fitting(op, arguments) : arguments);

        return Tensor.LiveCount == before;
    }

    private static List<(int Kind, int[] Numbers)> Fitting(Operator op, List<(int Kind, int[] Numbers)> drawn)
    {
        var declared = DeclaredSchema.Parse(op.Signature).Arguments;
        return [.. declared.Select((argument, index) => (argument.Type switch
        {
            "Tensor" => 0,
            "Tensor?" => index % 2 == 0 ? 0 : 8,
            "Tensor[]" => 5,
            "int" or "int?" or "ScalarType" or "ScalarType?" => 1,
            "Scalar" or "Scalar?" or "float" or "float?" => 2,
            "bool" => 3,
            "str" => 4,
            "Layout?" => 8,
            _ when argument.Type.StartsWith("int[", StringComparison.Ordinal) => 6,
            _ => 7,
        }, index < drawn.Count ? drawn[index].Numbers : [2, 1, 3]))];
    }

    private static void Try(Operator op, List<(int Kind, int[] Numbers)> arguments)
    {
        try
        {
            var values = new Value[arguments.Count];
            for (int i = 0; i < values.Length; i++) values[i] = Make(arguments[i].Kind, arguments[i].Numbers);
            op.CallMany(values);
        }
        catch (TorchException)
        {
            // Refusing is right; crashing, hanging or leaking is not.
        }
    }

    private static Value Make(int kind, int[] numbers)
    {
        long[] sizes = [.. numbers.Select(number => (long)Math.Abs(number))];
        return kind switch
        {
            0 => numbers[0] < 0 ? Tensor.Ones(sizes.AsSpan(1), numbers[1] < 0 ? DType.Int64 : DType.Float32) : Tensor.Ones(sizes, numbers[1] < 0 ? DType.Float64 : DType.Float32),
            1 => (long)numbers[0],
            2 => numbers[0] * 0.5,
            3 => numbers[0] > 0,
            4 => "tanh",
            5 => (ReadOnlySpan<Tensor?>)[Tensor.Ones(sizes), Tensor.Ones(sizes)],
            6 => (ReadOnlySpan<long>)[.. numbers.Select(number => (long)number)],
            7 => new Device(numbers[0], numbers[1]),
            _ => Value.None,
        };
    }
}
