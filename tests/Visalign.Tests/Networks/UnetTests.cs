using Visalign.Networks;

namespace Visalign.Tests.Networks;

public sealed class UnetTests
{
    private static Tensor Draw(int stream, params long[] shape) => Noise.Normal(new(7, NoisePurpose.Probe, Branch: stream), 0, shape);

    private static Tensor Predict(Weights weights, Tensor latents, Tensor text, double timestep = 500) =>
        Unet.Predict(weights, TinyCheckpoint.UnetConfig, latents, Tensor.Full([latents.Size(0)], timestep), text);

    [Theory]
    [InlineData(8, 6)]
    [InlineData(7, 5)]
    [InlineData(1, 3)]
    public void Sides_come_back_as_they_went_in_odd_ones_too(int height, int width)
    {
        using var scope = Tensor.Scope();

        var prediction = Predict(TinyCheckpoint.Unet(), Draw(0, 2, 4, height, width), Draw(1, 2, 3, 6));

        Assert.Equal([2, 4, height, width], prediction.Shape.ToArray());
        Assert.True(prediction.AllFinite());
    }

    // Rows meet only in batched products, whose order of summation may depend on the batch.
    [Fact]
    public void Rows_of_a_batch_do_not_see_one_another()
    {
        using var scope = Tensor.Scope();
        var weights = TinyCheckpoint.Unet();
        Tensor latents = Draw(0, 2, 4, 4, 4), text = Draw(1, 2, 3, 6);

        float[] both = Predict(weights, latents, text).Narrow(0, 1, 1).ToArray<float>();
        float[] alone = Predict(weights, latents.Narrow(0, 1, 1), text.Narrow(0, 1, 1)).ToArray<float>();

        Assert.All(both.Zip(alone), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public void Timestep_and_text_both_move_the_prediction()
    {
        using var scope = Tensor.Scope();
        var weights = TinyCheckpoint.Unet();
        Tensor latents = Draw(0, 1, 4, 4, 4), text = Draw(1, 1, 3, 6);

        var prediction = Predict(weights, latents, text);

        Assert.True((Predict(weights, latents, text, timestep: 501) - prediction).Norm().Item() > 1e-4);
        Assert.True((Predict(weights, latents, Draw(2, 1, 3, 6)) - prediction).Norm().Item() > 1e-3);
    }

    [Fact]
    public void Sizes_are_told_apart_by_their_places_and_wanted_exactly_where_the_checkpoint_takes_them()
    {
        using var scope = Tensor.Scope();
        var config = TinyCheckpoint.UnetConfig with { SizeFeatures = TinyCheckpoint.SizeFeatures };
        Weights plain = TinyCheckpoint.Unet(), sized = TinyCheckpoint.Unet(pooledWidth: 5);
        Tensor latents = Draw(0, 1, 4, 4, 4), text = Draw(1, 1, 3, 6), time = Tensor.Full([1], 500), pooled = Draw(2, 1, 5);
        Tensor Sized(params float[] sizes) => Unet.Predict(sized, config, latents, time, text, new(pooled, Tensor.From(sizes, 1, 6)));

        Assert.True((Sized(512, 768, 0, 0, 512, 768) - Sized(768, 512, 0, 0, 512, 768)).Norm().Item() > 1e-3);
        Assert.Throws<ArgumentException>(() => Unet.Predict(sized, config, latents, time, text));
        Assert.Throws<ArgumentException>(() => Unet.Predict(plain, TinyCheckpoint.UnetConfig, latents, time, text, new(pooled, Draw(3, 1, 6))));
    }

    [Fact]
    public void An_adapter_finds_the_projections_by_the_checkpoints_keys_and_trains_them()
    {
        using var scope = Tensor.Scope();
        var weights = TinyCheckpoint.Unet();
        using var adapter = Adapter.Of(weights, new() { Rank = 2, Alpha = 2, Targets = ["to_q", "to_k", "to_v", "to_out.0"] }, seed: 3);
        Tensor latents = Draw(0, 1, 4, 4, 4), text = Draw(1, 1, 3, 6);

        var adapted = Predict(adapter.Weights, latents, text);
        Autograd.Backward(adapted.Square().Sum());

        Assert.Equal(4 * 8 * 2, adapter.Parameters.Slots.Count);
        Assert.Equal(Predict(weights, latents, text).ToArray<float>(), adapted.ToArray<float>());
        Assert.All(adapter.Parameters.Slots.Where(slot => slot.Name.EndsWith("lora_B.weight", StringComparison.Ordinal)),
            slot => Assert.True(slot.Of(adapter.Parameters.Gradients).Norm().Item() > 0, slot.Name));
    }

    [Fact]
    public void Nothing_but_the_prediction_is_left_behind()
    {
        using var scope = Tensor.Scope();
        var weights = TinyCheckpoint.Unet();
        Tensor latents = Draw(0, 1, 4, 4, 4), text = Draw(1, 1, 3, 6), time = Tensor.Full([1], 3);
        long before = Tensor.LiveCount;

        using var prediction = Unet.Predict(weights, TinyCheckpoint.UnetConfig, latents, time, text);

        Assert.Equal(before + 1, Tensor.LiveCount);
    }
}
