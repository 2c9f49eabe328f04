using Visalign.Networks;
using static Visalign.Tests.Networks.TinyTextEncoders;

namespace Visalign.Tests.Networks;

public sealed class PromptEmbeddingsTests : IDisposable
{
    private static readonly ClipTextConfig Wide = Clip with { Width = 12, Heads = 3, Activation = ClipActivation.Gelu };

    private readonly TensorScope _scope = Tensor.Scope();
    private readonly ClipTower _first = new(ClipWeights(Clip, 1, projection: 4), Clip);
    private readonly ClipTower _second = new(ClipWeights(Wide, 2, projection: 6), Wide);
    private readonly T5Tower _third = new(T5Weights(T5, 3), T5);
    private readonly Tensor _ids = Ids(5, 3, 7, 19, 19, 19, 3, 4, 5, 6, 19);
    private readonly Tensor _ids3 = Ids(3, 4, 1, 0, 5, 6, 1);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Every_skipped_block_goes_one_state_back_and_is_normalized_still()
    {
        var states = ClipText.Encode(_first.Weights, Clip, _ids);

        Assert.True(Same(states.LastHiddenState, PromptEmbeddings.StableDiffusion(_first, _ids)));
        Assert.True(Same(ClipText.Normalize(_first.Weights, Clip, states.HiddenStates[1]), PromptEmbeddings.StableDiffusion(_first, _ids, clipSkip: 2)));
        Assert.Equal("The text encoder has 3 blocks; 4 of them cannot be left out.",
            Assert.Throws<InputException>(() => PromptEmbeddings.StableDiffusion(_first, _ids, clipSkip: 4)).Message);
    }

    [Fact]
    public void Two_CLIPs_lie_side_by_side_before_T5_with_zeros_up_to_its_width()
    {
        var embeddings = PromptEmbeddings.StableDiffusion3(_first, _ids, _second, _ids, (_third, _ids3), width: 24);

        Assert.Equal([2, 8, 24], embeddings.Sequence.Shape.ToArray());
        Assert.Equal([2, 10], embeddings.Pooled.Shape.ToArray());
        var clip = embeddings.Sequence.Narrow(1, 0, 5);
        Assert.True(Same(ClipText.Encode(_first.Weights, Clip, _ids).HiddenStates[^2], clip.Narrow(2, 0, 8)));
        Assert.True(Same(ClipText.Encode(_second.Weights, Wide, _ids).HiddenStates[^2], clip.Narrow(2, 8, 12)));
        Assert.Equal(0, clip.Narrow(2, 20, 4).Abs().Sum().Item());
        Assert.True(Same(T5Encoder.Encode(_third.Weights, T5, _ids3), embeddings.Sequence.Narrow(1, 5, 3)));
    }

    [Fact]
    public void Without_T5_as_many_zero_rows_as_CLIP_has_tokens_stand_in()
    {
        var with = PromptEmbeddings.StableDiffusion3(_first, _ids, _second, _ids, (_third, _ids3), width: 24);
        var without = PromptEmbeddings.StableDiffusion3(_first, _ids, _second, _ids, null, width: 24);

        Assert.Equal([2, 10, 24], without.Sequence.Shape.ToArray());
        Assert.True(Same(with.Sequence.Narrow(1, 0, 5), without.Sequence.Narrow(1, 0, 5)));
        Assert.Equal(0, without.Sequence.Narrow(1, 5, 5).Abs().Sum().Item());
        Assert.True(Same(with.Pooled, without.Pooled));
    }

    [Theory]
    [InlineData(16)]  // narrower than 8 + 12
    [InlineData(32)]  // wider than T5
    public void Encoders_that_do_not_fit_the_width_are_refused(int width) =>
        Assert.Equal($"The denoiser expects text of width {width}; got 20 from the two CLIP encoders and 24 from T5.",
            Assert.Throws<InputException>(() => PromptEmbeddings.StableDiffusion3(_first, _ids, _second, _ids, (_third, _ids3), width)).Message);

    [Fact]
    public void Embedding_leaves_nothing_but_its_results_behind()
    {
        long before = Tensor.LiveCount;

        PromptEmbeddings.StableDiffusion3(_first, _ids, _second, _ids, (_third, _ids3), width: 24);

        Assert.Equal(before + 2, Tensor.LiveCount);
    }
}
