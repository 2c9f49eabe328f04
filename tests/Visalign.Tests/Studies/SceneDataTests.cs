using Visalign.Studies;
using Visalign.Torch;
using Visalign.Worlds;

namespace Visalign.Tests.Studies;

public sealed class SceneDataTests
{
    private const int Pixels = 3 * Scene.Size * Scene.Size;

    [Fact]
    public void Some_pictures_are_out_of_focus_and_nothing_else_differs()
    {
        using var scope = Tensor.Scope();
        var sharp = SceneData.Draw(600, seed: 5);
        var mixed = SceneData.Draw(600, seed: 5, blurredShare: 0.2);

        Assert.Equal(sharp.Words.ToArray<long>(), mixed.Words.ToArray<long>());
        int[] blurred = [.. Enumerable.Range(0, 600).Where(i => !Picture(sharp.Pictures, i).SequenceEqual(Picture(mixed.Pictures, i)))];
        Assert.InRange(blurred.Length, 90, 150);                         // 120 ± 3 standard deviations
    }

    [Fact]
    public void Hardly_any_picture_out_of_focus_passes_the_checker()
    {
        using var scope = Tensor.Scope();
        var (pictures, _) = SceneData.Draw(300, seed: 6, blurredShare: 0.999999);
        int right = Enumerable.Range(0, 300).Count(i => SceneChecker.Check(
            [.. Picture(pictures, i).ToArray().Select(value => value / 255f)], PromptSampler.Draw(PromptSplit.Training, 6, i).Request).Correct);
        Assert.InRange(right, 0, 15);
    }

    private static ReadOnlySpan<byte> Picture(Tensor pictures, int index) => pictures.AsSpan<byte>().Slice(index * Pixels, Pixels);
}
