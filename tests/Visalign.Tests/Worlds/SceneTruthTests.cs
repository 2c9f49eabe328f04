using Visalign.Worlds;

namespace Visalign.Tests.Worlds;

public sealed class SceneTruthTests
{
    [Fact]
    public void It_says_of_scenes_what_the_checker_says_of_their_pictures()
    {
        var picture = new float[3 * Scene.Size * Scene.Size];
        var (shown, judged, disagreed) = (0, 0, 0);
        for (int i = 0; i < 120; i++)
        {
            var request = PromptSampler.Draw(PromptSplit.Training, 3, i).Request;
            var scene = SceneSampler.Draw(request, 3, i);
            SceneRenderer.Render(scene, picture);
            Assert.True(SceneTruth.Shows(scene, request));
            foreach (var miss in NearMisses.Of(request))
            {
                judged++;
                if (SceneTruth.Shows(scene, miss)) shown++;
                if (SceneTruth.Shows(scene, miss) != SceneChecker.Check(picture, miss).Correct) disagreed++;
            }
        }

        Assert.InRange(shown, 1, judged / 20);          // "left of" and "above" at once
        Assert.InRange(disagreed, 0, judged / 500);     // measured centers lie a fraction of a pixel beside the true ones
    }

    [Fact]
    public void Two_of_a_kind_are_looked_at_both_ways_around()
    {
        var scene = new Scene(0.5f, [new(ObjectShape.Circle, ObjectColor.Red, 24, 16, 5), new(ObjectShape.Circle, ObjectColor.Blue, 8, 16, 5)]);

        Assert.True(SceneTruth.Shows(scene, PromptGrammar.Parse("a blue circle left of a red circle")));
        Assert.True(SceneTruth.Shows(scene, PromptGrammar.Parse("two circles")));
        Assert.False(SceneTruth.Shows(scene, PromptGrammar.Parse("two red circles")));
        Assert.False(SceneTruth.Shows(scene, PromptGrammar.Parse("a red circle left of a blue circle")));
        Assert.False(SceneTruth.Shows(scene, PromptGrammar.Parse("a red circle")));
    }
}
