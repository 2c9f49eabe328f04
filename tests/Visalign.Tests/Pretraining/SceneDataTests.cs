using Visalign.Pretraining;
using Visalign.Torch;
using Visalign.Worlds;

namespace Visalign.Tests.Pretraining;

public sealed class SceneDataTests
{
    private const int Pixels = 3 * Scene.Size * Scene.Size;

    [Theory]
    [InlineData(0.2, 0)]
    [InlineData(0, 0.2)]
    public void Flaws_spoil_their_share_of_the_pictures_and_nothing_else_differs(double blurred, double watermarked)
    {
        using var scope = Tensor.Scope();
        var sharp = SceneData.Draw(600, seed: 5);
        var mixed = SceneData.Draw(600, seed: 5, new() { Blurred = blurred, Watermarked = watermarked });

        Assert.Equal(sharp.Words.ToArray<long>(), mixed.Words.ToArray<long>());
        int[] spoilt = [.. Enumerable.Range(0, 600).Where(i => !Picture(sharp.Pictures, i).SequenceEqual(Picture(mixed.Pictures, i)))];
        Assert.InRange(spoilt.Length, 90, 150);                         // 120 ± 3 standard deviations
    }

    [Theory]
    [InlineData(0.999999, 0)]
    [InlineData(0, 0.999999)]
    public void Hardly_any_spoilt_picture_passes_the_checker(double blurred, double watermarked)
    {
        using var scope = Tensor.Scope();
        var (pictures, _) = SceneData.Draw(300, seed: 6, new() { Blurred = blurred, Watermarked = watermarked });
        int right = Enumerable.Range(0, 300).Count(i => SceneChecker.Check(
            [.. Picture(pictures, i).ToArray().Select(value => value / 255f)], PromptSampler.Draw(PromptSplit.Training, 6, i).Request).Correct);
        Assert.InRange(right, 0, 15);
    }

    private static ReadOnlySpan<byte> Picture(Tensor pictures, int index) => pictures.AsSpan<byte>().Slice(index * Pixels, Pixels);
}
