namespace Visalign.Tests.Torch;

public sealed class TensorTests
{
    [Fact]
    public void A_sum_has_the_values_one_expects()
    {
        using var scope = Tensor.Scope();

        var sum = Tensor.From([1f, 2f, 3f], 3) + Tensor.From([10f, 20f, 30f], 3);

        Assert.Equal([11f, 22f, 33f], sum.ToArray<float>());
    }

    [Fact]
    public void Shapes_that_do_not_broadcast_throw_and_name_operator_and_shapes()
    {
        using var scope = Tensor.Scope();

        var error = Assert.Throws<TorchException>(() => Tensor.Zeros([2, 3]) + Tensor.Zeros([4, 5]));

        Assert.Contains("aten::add.Tensor(Float[2, 3], Float[4, 5])", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pad_widens_the_last_dimension_first()
    {
        using var scope = Tensor.Scope();

        var padded = Tensor.From([1f, 2f, 3f, 4f], 2, 2).Pad([1, 0, 0, 2], 9);

        Assert.Equal([4, 3], padded.Shape.ToArray());
        Assert.Equal([9f, 1f, 2f, 9f, 3f, 4f, 9f, 9f, 9f, 9f, 9f, 9f], padded.ToArray<float>());
    }

    // By hand: row and column i of three take floor(2 i / 3) of two.
    [Fact]
    public void Nearest_resampling_to_odd_sides_repeats_the_first_rows()
    {
        using var scope = Tensor.Scope();

        var resized = Tensor.From([1f, 2f, 3f, 4f], 1, 1, 2, 2).ResizeNearest(3, 3);

        Assert.Equal([1f, 1f, 2f, 1f, 1f, 2f, 3f, 3f, 4f], resized.ToArray<float>());
    }

    [Fact]
    public void A_disposed_tensor_is_refused()
    {
        var tensor = Tensor.Zeros([2]);
        tensor.Dispose();

        Assert.Throws<ObjectDisposedException>(() => tensor + 1);
    }

    [Fact]
    public void A_scope_frees_everything_but_what_is_kept()
    {
        long before = Tensor.LiveCount;
        Tensor kept;
        using (var scope = Tensor.Scope())
        {
            kept = scope.Keep(Tensor.Ones([4]) * 2 + 1);
        }

        Assert.Equal(before + 1, Tensor.LiveCount);
        Assert.Equal(3, kept.ToArray<float>()[0]);
        kept.Dispose();
        Assert.Equal(before, Tensor.LiveCount);
    }

    [Fact]
    public void The_fused_attention_and_its_gradient_equal_the_portable_form()
    {
        using var scope = Tensor.Scope();
        var values = new float[3 * 24 * 3 * 4 * 20];
        var random = new Random(1);
        for (int i = 0; i < values.Length; i++) values[i] = (float)(random.NextDouble() * 4 - 2);
        var a = Tensor.From(values, 3, 24, 240).RequireGrad();
        var b = Tensor.From(values, 3, 24, 240).RequireGrad();
        var weight = Tensor.From(values[..(3 * 24 * 80)], 3, 24, 80);

        var fused = a.SelfAttention(4);
        var plain = b.PortableSelfAttention(4, causal: false);
        Autograd.Backward((fused * weight).Sum());
        Autograd.Backward((plain * weight).Sum());

        Assert.True((fused - plain).Abs().Max([0, 1, 2]).Item() < 1e-5);
        Assert.True((a.Gradient! - b.Gradient!).Abs().Max([0, 1, 2]).Item() < 3e-5);
    }
}
