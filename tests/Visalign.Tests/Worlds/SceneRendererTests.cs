using Visalign.Worlds;

namespace Visalign.Tests.Worlds;

public sealed class SceneRendererTests
{
    private const int Plane = Scene.Size * Scene.Size;

    [Fact]
    public void An_object_has_its_color_inside_and_the_background_outside()
    {
        var picture = Render(new Scene(0.15f, [new(ObjectShape.Square, ObjectColor.Orange, 16, 10, 5)]));

        Assert.Equal(0.98f, picture[10 * Scene.Size + 16], 5);
        Assert.Equal(0.55f, picture[Plane + 10 * Scene.Size + 16], 5);
        Assert.Equal(0.08f, picture[2 * Plane + 10 * Scene.Size + 16], 5);
        Assert.Equal(0.15f, picture[20 * Scene.Size + 16], 5);
    }

    // Areas by hand for radius 1: pi; 1.8^2; base 2 times height 1.8 over 2; two bars 2 by 0.7 less their 0.7 by 0.7 overlap.
    [Theory]
    [InlineData(ObjectShape.Circle, Math.PI)]
    [InlineData(ObjectShape.Square, 3.24)]
    [InlineData(ObjectShape.Triangle, 1.8)]
    [InlineData(ObjectShape.Cross, 2.31)]
    public void Soft_edges_add_up_to_the_shapes_area(ObjectShape shape, double unitArea)
    {
        var red = Palette.Rgb(ObjectColor.Red).X;
        foreach (var radius in new[] { 4.0, 5.3, 7.0 })
        {
            var area = Render(new Scene(0, [new(shape, ObjectColor.Red, 15.7, 16.4, radius)]))[..Plane].Sum(value => value / red);

            // 16 points a pixel: the error of an edge's coverage is a few hundredths, over some 30 edge pixels of either sign.
            Assert.Equal(unitArea * radius * radius, area, 0.04 * unitArea * radius * radius);
        }
    }

    [Fact]
    public void A_larger_picture_shows_the_same_scene()
    {
        var scene = SceneSampler.Draw(PromptGrammar.Parse("a red circle and a blue square"), 1, 1);
        var small = Render(scene);
        var large = new float[3 * 64 * 64];

        SceneRenderer.Render(scene, large, size: 64);

        for (var i = 0; i < 3 * Plane; i++)
        {
            var (channel, pixel) = Math.DivRem(i, Plane);
            var corner = channel * 64 * 64 + pixel / Scene.Size * 2 * 64 + pixel % Scene.Size * 2;
            var mean = (large[corner] + large[corner + 1] + large[corner + 64] + large[corner + 65]) / 4;
            // Twice the points per side shift a slanted edge's coverage by at most a few sixteenths of the contrast.
            Assert.Equal(small[i], mean, 0.2);
        }
    }

    private static float[] Render(Scene scene)
    {
        var picture = new float[3 * Plane];
        SceneRenderer.Render(scene, picture);
        return picture;
    }
}
