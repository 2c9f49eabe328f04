using Visalign.Worlds;

namespace Visalign.Tests.Worlds;

public sealed class SceneCheckerTests
{
    private const int Plane = Scene.Size * Scene.Size;
    private const double Radius = 4.5;

    [Theory]
    [InlineData("three circles", "two circles", "two circles, asked for three")]
    [InlineData("two red circles", "four red circles", "four red circles, asked for two")]
    [InlineData("a red circle", "a blue circle", "a blue circle, asked for a red circle")]
    [InlineData("a circle", "a square", "a square, asked for a circle")]
    [InlineData("a circle and a square", "a circle", "one object, asked for two")]
    [InlineData("a circle left of a square", "a circle right of a square", "the circle is right of the square, asked for left of")]
    [InlineData("a circle left of a square", "a circle left of a square", "as asked: a circle left of a square")]
    public void The_explanation_says_what_is_wrong(string asked, string shown, string explanation)
    {
        var verdict = SceneChecker.Check(Picture(SceneSampler.Draw(PromptGrammar.Parse(shown), 1, 1)), PromptGrammar.Parse(asked));

        Assert.Equal(explanation, verdict.Explanation);
        Assert.Equal(asked == shown, verdict.Correct);
    }

    [Fact]
    public void Swapped_colors_are_told_for_both_objects()
    {
        var shown = SceneSampler.Draw(PromptGrammar.Parse("a blue circle and a red square"), 1, 1);

        var verdict = SceneChecker.Check(Picture(shown), PromptGrammar.Parse("a red circle and a blue square"));

        Assert.Equal("a blue circle, asked for a red circle; a red square, asked for a blue square", verdict.Explanation);
        Assert.InRange(verdict.Score, 0, 0.05);
    }

    [Fact]
    public void An_empty_picture_scores_zero()
    {
        var verdict = SceneChecker.Check(Picture(new Scene(0.15f, [])), PromptGrammar.Parse("a red circle"));

        Assert.Equal(0, verdict.Score);
        Assert.Equal("an empty picture, asked for a red circle", verdict.Explanation);
    }

    [Fact]
    public void The_more_a_count_is_off_the_lower_the_score()
    {
        var asked = PromptGrammar.Parse("three circles");
        var scores = Enumerable.Range(1, 5).Select(count => SceneChecker.Check(Picture(Row(count)), asked).Score).ToList();

        Assert.True(scores[0] < scores[1] && scores[1] < scores[2]);
        Assert.True(scores[2] > scores[3] && scores[3] > scores[4]);
    }

    [Fact]
    public void The_score_rises_all_the_way_as_an_object_moves_to_its_place()
    {
        var asked = PromptGrammar.Parse("a circle left of a square");
        var scores = new List<double>();
        for (var x = 26.0; x >= 6; x -= 2)
        {
            var square = new SceneObject(ObjectShape.Square, ObjectColor.Blue, 16, 8, Radius);
            var circle = new SceneObject(ObjectShape.Circle, ObjectColor.Red, x, 22, Radius);
            scores.Add(SceneChecker.Check(Picture(new Scene(0.94f, [square, circle])), asked).Score);
        }

        Assert.Equal(scores.Order(), scores);
        Assert.True(scores[^1] > 0.95 && scores[0] < 0.5);
    }

    [Fact]
    public void The_score_falls_all_the_way_as_a_shape_dissolves()
    {
        var asked = PromptGrammar.Parse("a square");
        var scene = new Scene(0.06f, [new(ObjectShape.Square, ObjectColor.Green, 16, 16, Radius)]);

        var scores = new[] { 0, 1, 1.5, 2, 3 }.Select(blur =>
            SceneChecker.Check(new Degradation(Blur: blur).Render(scene, 0), asked).Score).ToList();

        Assert.Equal(scores.OrderDescending(), scores);
        Assert.True(scores[0] > 0.95 && scores[^1] < 0.5);
    }

    [Fact]
    public void No_incorrect_picture_scores_above_a_correct_one()
    {
        var (lowestCorrect, highestIncorrect) = (1.0, 0.0);
        for (var index = 0; index < 1200; index++)
        {
            var request = PromptSampler.Draw(PromptSplit.Training, 4, index).Request;
            var degradation = new Degradation(Blur: index % 5 * 0.5, Noise: index % 7 * 0.05, Drift: index % 3 * 0.1);
            var verdict = SceneChecker.Check(degradation.Render(SceneSampler.Draw(request, 4, index), index), request);

            Assert.InRange(verdict.Score, 0, 1);
            if (verdict.Correct) lowestCorrect = Math.Min(lowestCorrect, verdict.Score);
            else highestIncorrect = Math.Max(highestIncorrect, verdict.Score);
        }

        Assert.True(highestIncorrect > 0.5 && lowestCorrect < 0.98); // The draws reach both sides of the border.
        Assert.True(lowestCorrect >= 0.8 && highestIncorrect <= 0.8);
    }

    [Fact]
    public void A_few_stray_pixels_are_forgiven_and_a_stray_blob_is_not()
    {
        var asked = PromptGrammar.Parse("a circle");
        var picture = Picture(new Scene(0.06f, [new(ObjectShape.Circle, ObjectColor.Yellow, 20, 20, 5)]));

        PaintRed(picture, left: 3, top: 3, width: 2, height: 2);
        Assert.True(SceneChecker.Check(picture, asked).Correct);

        PaintRed(picture, left: 3, top: 3, width: 4, height: 3);
        Assert.False(SceneChecker.Check(picture, asked).Correct);
    }

    [Fact]
    public void An_object_of_two_colors_is_of_unclear_color()
    {
        var picture = Picture(new Scene(0.06f, [new(ObjectShape.Square, ObjectColor.Green, 16, 16, 6)]));
        PaintRed(picture, left: 10, top: 10, width: 6, height: 12);

        var verdict = SceneChecker.Check(picture, PromptGrammar.Parse("a square"));

        Assert.Equal("an object of unclear shape and color, asked for a square", verdict.Explanation);
    }

    // Each as boxes of left, top, width and height: two bars, an L, a T, a ring, a stepped house, a staircase.
    [Theory]
    [InlineData(8, 12, 14, 6)]
    [InlineData(8, 8, 12, 8)]
    [InlineData(8, 8, 6, 12, 14, 14, 6, 6)]
    [InlineData(8, 8, 12, 4, 12, 12, 4, 8)]
    [InlineData(8, 8, 12, 3, 8, 11, 3, 9, 17, 11, 3, 9, 11, 17, 6, 3)]
    [InlineData(12, 8, 4, 2, 10, 10, 8, 2, 8, 12, 12, 6)]
    [InlineData(8, 8, 4, 12, 12, 12, 4, 8, 16, 16, 4, 4)]
    public void A_shape_that_is_none_of_the_four_is_unclear(params int[] boxes)
    {
        var picture = Picture(new Scene(0.06f, []));
        foreach (var box in boxes.Chunk(4)) PaintRed(picture, box[0], box[1], box[2], box[3]);

        var verdict = SceneChecker.Check(picture, PromptGrammar.Parse("a red square"));

        Assert.Equal("a red object of unclear shape, asked for a red square", verdict.Explanation);
    }

    [Theory]
    [InlineData(8, 8, 12, 11, "a red square")]
    [InlineData(8, 8, 9, 8, "a red square")]
    public void A_slightly_uneven_shape_keeps_its_name(int left, int top, int width, int height, string asked)
    {
        var picture = Picture(new Scene(0.06f, []));
        PaintRed(picture, left, top, width, height);

        Assert.True(SceneChecker.Check(picture, PromptGrammar.Parse(asked)).Correct);
    }

    [Fact]
    public void A_colored_or_patterned_background_is_refused()
    {
        var asked = PromptGrammar.Parse("a red circle");
        var tinted = Picture(new Scene(0.15f, [new(ObjectShape.Circle, ObjectColor.Red, 16, 16, 6)]));
        for (var i = 2 * Plane; i < 3 * Plane; i++) tinted[i] = Math.Max(tinted[i], 0.4f);

        Assert.Contains("the background is not grey", SceneChecker.Check(tinted, asked).Explanation);

        var striped = Picture(new Scene(0.15f, [new(ObjectShape.Circle, ObjectColor.Red, 16, 16, 6)]));
        for (var i = 0; i < 3 * Plane; i++) striped[i] += i % Scene.Size < 8 ? 0.17f : 0;

        Assert.Contains("the background is not plain", SceneChecker.Check(striped, asked).Explanation);
    }

    [Fact]
    public void A_diverged_or_misshapen_picture_is_the_callers_mistake()
    {
        var request = PromptGrammar.Parse("a circle");
        var broken = new float[3 * Plane];
        broken[5] = float.NaN;

        Assert.Contains("NaN", Assert.Throws<InputException>(() => SceneChecker.Check(broken, request)).Message);
        Assert.Contains("3 x 32 x 32", Assert.Throws<InputException>(() => SceneChecker.Check(new float[10], request)).Message);
    }

    private static float[] Picture(Scene scene) => new Degradation().Render(scene, 0);

    private static Scene Row(int count)
    {
        (double X, double Y)[] places = [(6, 6), (26, 6), (6, 26), (26, 26), (16, 16)];
        return new Scene(0.94f, [.. places.Take(count).Select(place =>
            new SceneObject(ObjectShape.Circle, ObjectColor.Purple, place.X, place.Y, 4))]);
    }

    private static void PaintRed(float[] picture, int left, int top, int width, int height)
    {
        for (var y = top; y < top + height; y++)
        {
            for (var x = left; x < left + width; x++)
            {
                for (var channel = 0; channel < 3; channel++)
                {
                    picture[channel * Plane + y * Scene.Size + x] = Palette.Rgb(ObjectColor.Red)[channel];
                }
            }
        }
    }
}
