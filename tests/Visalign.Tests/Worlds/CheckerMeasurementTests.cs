using System.Globalization;
using Visalign.Worlds;
using Xunit.Abstractions;

namespace Visalign.Tests.Worlds;

/// <summary>
/// How often the checker is right. The same tests make the tables of docs/world.md: VISALIGN_WORLD_PICTURES sets how many
/// pictures go into each row.
/// </summary>
public sealed class CheckerMeasurementTests(ITestOutputHelper output)
{
    private static readonly int PictureCount =
        Environment.GetEnvironmentVariable("VISALIGN_WORLD_PICTURES") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 600;

    // Each with the least share that must be judged correct; the margin to the measured share covers the small sample here.
    public static TheoryData<Degradation, double> Degradations => new()
    {
        { new(), 0.995 },
        { new(Blur: 0.3), 0.99 },
        { new(Blur: 0.6), 0.99 },
        { new(Blur: 0.9), 0.99 },
        { new(Blur: 1.2), 0.95 },
        { new(Blur: 1.5), 0.50 },
        { new(Noise: 0.02), 0.99 },
        { new(Noise: 0.05), 0.97 },
        { new(Noise: 0.10), 0.96 },
        { new(Noise: 0.15), 0.90 },
        { new(Noise: 0.20), 0.70 },
        { new(Drift: 0.03), 0.97 },
        { new(Drift: 0.06), 0.90 },
        { new(Drift: 0.10), 0.50 },
        { new(Blur: 0.6, Noise: 0.03, Drift: 0.03), 0.97 },
        { new(Blur: 0.9, Noise: 0.05, Drift: 0.05), 0.90 },
    };

    public static TheoryData<Mistake, Degradation> Mistakes
    {
        get
        {
            var cases = new TheoryData<Mistake, Degradation>();
            Degradation[] degradations = [new(), new(Blur: 0.9, Noise: 0.05, Drift: 0.05), new(Noise: 0.15)];
            foreach (var mistake in Enum.GetValues<Mistake>())
            {
                foreach (var degradation in degradations) cases.Add(mistake, degradation);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Degradations))]
    public void Right_scenes_are_accepted(Degradation degradation, double least)
    {
        var (accepted, score) = (0, 0.0);
        for (var index = 0; index < PictureCount; index++)
        {
            var request = Request(index);
            var verdict = SceneChecker.Check(degradation.Render(SceneSampler.Draw(request, 9, index), index), request);
            if (verdict.Correct) accepted++;
            score += verdict.Score;
        }

        var share = (double)accepted / PictureCount;
        output.WriteLine(
            $"| {degradation.Blur} | {degradation.Noise} | {degradation.Drift} | {share:P2} | {score / PictureCount:F3} | {PictureCount} |");
        Assert.True(share >= least, $"{degradation}: accepted {share:P2}, expected at least {least:P2}");
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Wrong_scenes_are_rejected(Mistake mistake, Degradation degradation)
    {
        var (drawn, rejected, score) = (0, 0, 0.0);
        for (var index = 0; drawn < PictureCount; index++)
        {
            var request = Request(index);
            if (WrongScenes.Draw(request, mistake, 11, index) is not { } scene) continue;
            drawn++;
            var verdict = SceneChecker.Check(degradation.Render(scene, index), request);
            if (!verdict.Correct) rejected++;
            score += verdict.Score;
        }

        var share = (double)rejected / drawn;
        output.WriteLine($"| {mistake} | {degradation.Blur} | {degradation.Noise} | {degradation.Drift} | {share:P2} | {score / drawn:F3} | {drawn} |");
        Assert.True(share >= 0.99, $"{mistake}, {degradation}: rejected {share:P2}");
    }

    [Fact]
    public void Rendering_and_checking_is_fast_on_one_core()
    {
        const int batch = 1000;
        var requests = Enumerable.Range(0, batch).Select(index => Request(index)).ToArray();
        var scenes = requests.Select((request, index) => SceneSampler.Draw(request, 9, index)).ToArray();
        var picture = new float[3 * Scene.Size * Scene.Size];
        var fastest = TimeSpan.MaxValue;

        // Processor time, since others may share the machine; the best of several passes, since the first are not yet compiled.
        for (var pass = 0; pass < 10; pass++)
        {
            var start = Environment.CpuUsage.TotalTime;
            for (var i = 0; i < batch; i++)
            {
                SceneRenderer.Render(scenes[i], picture);
                Assert.True(SceneChecker.Check(picture, requests[i]).Score >= 0);
            }

            var elapsed = Environment.CpuUsage.TotalTime - start;
            if (elapsed < fastest) fastest = elapsed;
        }

        var rate = batch / fastest.TotalSeconds;
        output.WriteLine($"| render and check | {rate:F0} pictures per second of processor time |");
#if !DEBUG
        Assert.True(rate >= 5000, $"{rate:F0} pictures per second, expected 5,000");
#endif
    }

    private static SceneRequest Request(int index) =>
        PromptSampler.Draw(index % 2 == 0 ? PromptSplit.Training : PromptSplit.HeldOut, seed: 3, index / 2).Request;
}
