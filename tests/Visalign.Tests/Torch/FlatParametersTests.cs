namespace Visalign.Tests.Torch;

public sealed class FlatParametersTests
{
    private static FlatParameters Three() => new([("a", Tensor.Arange(0, 6).Reshape(2, 3)), ("b", Tensor.Of(10)), ("c", Tensor.Arange(0, 4).Reshape(2, 2).Transpose(0, 1))]);

    [Fact]
    public void Values_lie_one_after_another_row_by_row()
    {
        using var scope = Tensor.Scope();
        using var parameters = Three();

        Assert.Equal(11, parameters.Count);
        Assert.Equal([0f, 1f, 2f, 3f, 4f, 5f, 10f, 0f, 2f, 1f, 3f], parameters.Values.ToArray<float>());
        Assert.Equal([("a", 0L), ("b", 6L), ("c", 7L)], parameters.Slots.Select(slot => (slot.Name, slot.Offset)));
    }

    [Fact]
    public void Leaves_see_changes_of_the_vector_and_the_vector_theirs()
    {
        using var scope = Tensor.Scope();
        using var parameters = Three();

        using (Autograd.NoGrad())
        {
            parameters.Values.MulInPlace(2);
            parameters["b"].FillInPlace(-1);
        }

        Assert.Equal(10, parameters["a"].Select(0, 1).Select(0, 2).Item());
        Assert.Equal(-1, parameters.Values.ToArray<float>()[6]);
    }

    [Fact]
    public void Gradients_gather_in_the_vector_over_several_backwards_and_for_awkward_layouts()
    {
        using var scope = Tensor.Scope();
        using var parameters = Three();

        for (int i = 0; i < 2; i++)
        {
            // An expanded gradient, a transposed one, and a scalar's.
            var loss = parameters["a"].Sum() + (parameters["c"].Transpose(0, 1) * Tensor.Arange(1, 5).Reshape(2, 2)).Sum() + (parameters["b"] * 7);
            Autograd.Backward(loss);
        }

        Assert.Equal([2f, 2f, 2f, 2f, 2f, 2f, 14f, 2f, 6f, 4f, 8f], parameters.Gradients.ToArray<float>());
        Assert.Equal(14, parameters["b"].Gradient!.Item());
        parameters.ClearGradients();
        Assert.Equal(0, parameters["a"].Gradient!.Abs().Sum().Item());
        Autograd.Backward(parameters["a"].Square().Sum());
        Assert.Equal([0f, 2f, 4f, 6f, 8f, 10f, 0f], parameters.Gradients.ToArray<float>()[..7]);
    }

    [Fact]
    public void An_embedding_and_our_own_linear_gather_there_too()
    {
        using var scope = Tensor.Scope();
        using var parameters = new FlatParameters([("table", Tensor.Ones([4, 16])), ("weight", Tensor.Ones([2, 16]))]);

        Autograd.Backward(parameters["table"].Embedding(Tensor.From([1L, 1L, 3L], 3)).Linear(parameters["weight"]).Sum());

        var rows = parameters.Slots[0].Of(parameters.Gradients).Sum([1]).ToArray<float>();
        Assert.Equal([0f, 64f, 0f, 32f], rows);  // 16 columns times 2 outputs, row 1 twice
        Assert.Equal(3 * 32, parameters.Slots[1].Of(parameters.Gradients).Sum().Item());
    }

    [Fact]
    public void Changing_the_vector_between_forward_and_backward_is_noticed()
    {
        using var scope = Tensor.Scope();
        using var parameters = Three();
        var loss = parameters["a"].Square().Sum();

        using (Autograd.NoGrad()) parameters.Values.MulInPlace(2);

        Assert.Throws<TorchException>(() => Autograd.Backward(loss));
    }

    [Fact]
    public void Two_parameters_of_one_name_are_refused()
    {
        using var scope = Tensor.Scope();

        Assert.Throws<ArgumentException>(() => new FlatParameters([("a", Tensor.Ones([1])), ("a", Tensor.Ones([1]))]));
    }

    [Fact]
    public void Nothing_is_left_when_it_is_disposed()
    {
        long before = Tensor.LiveCount;

        using (Tensor.Scope())
        {
            var parameters = Three();
            parameters.Dispose();
        }

        Assert.Equal(before, Tensor.LiveCount);
    }
}
