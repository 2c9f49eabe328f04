using Visalign.Pictures;
using Visalign.Pretraining;
using Visalign.Worlds;

namespace Visalign.Tests.Worlds;

/// <summary>The picture of docs/world.md: VISALIGN_WORLD_SHEET says where to write it.</summary>
public sealed class WorldSheetTests
{
    private const int Columns = 10, Pixels = 3 * Scene.Size * Scene.Size;

    private static readonly Degradation[] Trials = [new(Blur: 0.6), new(Blur: 1.2), new(Noise: 0.1), new(Blur: 0.9, Noise: 0.05, Drift: 0.05)];

    // What is wrong with training pictures of the base model.
    private static readonly SceneFlaws[] Flaws = [new() { Blurred = 0.999999 }, new() { Watermarked = 0.999999 }];

    [Fact]
    public void The_sheet_shows_right_scenes_of_each_task_then_spoilt_ones()
    {
        int tasks = Enum.GetValues<SceneTask>().Length;
        var sheet = new float[(tasks + Trials.Length + Flaws.Length) * Columns * Pixels];
        for (int index = 0; index < sheet.Length / Pixels; index++)
        {
            var (row, column) = (index / Columns, index % Columns);
            bool clean = row < tasks;
            var prompt = PromptSampler.Draw(PromptSplit.Training, seed: 3, clean ? column * tasks + row : index);
            bool trial = row >= tasks && row < tasks + Trials.Length;
            var picture = (trial ? Trials[row - tasks] : new()).Render(SceneSampler.Draw(prompt.Request, seed: 3, index), index);
            if (!clean && !trial) Flaws[row - tasks - Trials.Length].Apply(picture, 3, index);
            if (clean) Assert.True(SceneChecker.Check(picture, prompt.Request).Correct, prompt.Text);
            picture.CopyTo(sheet, index * Pixels);
        }

        byte[] png = Png.Encode(PictureGrid.Arrange(new(sheet, sheet.Length / Pixels, Scene.Size, Scene.Size), new() { Columns = Columns, Scale = 2 }));
        Assert.True(png.Length > 10_000);
        if (Environment.GetEnvironmentVariable("VISALIGN_WORLD_SHEET") is { } path) File.WriteAllBytes(path, png);
    }
}
