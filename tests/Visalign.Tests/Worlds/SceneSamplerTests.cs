using Visalign.Worlds;

namespace Visalign.Tests.Worlds;

public sealed class SceneSamplerTests
{
    [Fact]
    public void Scenes_hold_exactly_what_was_asked_inside_the_picture_and_apart()
    {
        for (var index = 0; index < 3000; index++)
        {
            var request = PromptSampler.Draw(PromptSplit.Training, 2, index).Request;
            var objects = SceneSampler.Draw(request, 7, index).Objects;

            Assert.Equal(request.ObjectCount, objects.Count);
            for (var i = 0; i < objects.Count; i++)
            {
                Assert.Equal(request[i].Shape, objects[i].Shape);
                if (request[i].Color is { } color) Assert.Equal(color, objects[i].Color);
                Assert.InRange(objects[i].X, objects[i].Radius, Scene.Size - objects[i].Radius);
                Assert.InRange(objects[i].Y, objects[i].Radius, Scene.Size - objects[i].Radius);
                Assert.All(objects.Skip(i + 1), other => Assert.True(BoxDistance(objects[i], other) >= 2));
            }
        }
    }

    [Theory]
    [InlineData("a circle left of a square", -1, 0)]
    [InlineData("a circle right of a square", 1, 0)]
    [InlineData("a circle above a square", 0, -1)]
    [InlineData("a circle below a square", 0, 1)]
    public void Relations_hold_by_more_than_the_objects_own_size(string text, int directionX, int directionY)
    {
        for (var index = 0; index < 200; index++)
        {
            var objects = SceneSampler.Draw(PromptGrammar.Parse(text), 3, index).Objects;
            var along = (objects[0].X - objects[1].X) * directionX + (objects[0].Y - objects[1].Y) * directionY;

            Assert.True(along > objects[0].Radius + objects[1].Radius);
        }
    }

    [Fact]
    public void What_is_not_named_varies_and_the_index_fixes_it()
    {
        var request = PromptGrammar.Parse("a circle");
        var scenes = Enumerable.Range(0, 200).Select(index => SceneSampler.Draw(request, 1, index)).ToList();

        Assert.Equal(6, scenes.Select(scene => scene.Objects[0].Color).Distinct().Count());
        Assert.Equal(Palette.Backgrounds.Length, scenes.Select(scene => scene.Background).Distinct().Count());
        Assert.Equal(scenes[9].Objects[0], SceneSampler.Draw(request, 1, 9).Objects[0]);
    }

    private static double BoxDistance(SceneObject a, SceneObject b) =>
        Math.Max(Math.Abs(a.X - b.X), Math.Abs(a.Y - b.Y)) - a.Radius - b.Radius;
}
