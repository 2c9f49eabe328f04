using Visalign.Pretraining;
using Visalign.Worlds;

namespace Visalign.Tests.Pretraining;

public sealed class FamilyBatchTests : IDisposable
{
    private readonly TensorScope _scope = Tensor.Scope();

    public void Dispose() => _scope.Dispose();

    private static List<PictureFamily> Families() => [.. Enumerable.Range(0, 12).Select(number => PictureFamily.Draw(7, number, 4))];

    [Fact]
    public void A_family_is_a_prompt_and_near_misses_all_of_the_training_split()
    {
        Assert.All(Families(), family =>
        {
            Assert.Equal(4, family.Prompts.Count);
            Assert.Equal(PromptSampler.Draw(PromptSplit.Training, 7, family.Number).Text, family.Prompts[0].Text);
            Assert.All(family.Prompts.Skip(1), miss => Assert.Contains(miss.Request, NearMisses.Of(family.Prompts[0].Request)));
            Assert.All(family.Prompts, prompt => Assert.False(HeldOutRule.Holds(prompt.Request, prompt.Text)));
            Assert.All(family.Scenes.Zip(family.Prompts), pair => Assert.True(SceneTruth.Shows(pair.First, pair.Second.Request)));
        });
    }

    [Fact]
    public void Its_pictures_are_a_function_of_seed_and_number()
    {
        float[] Painted(ulong seed, long number)
        {
            var picture = new float[3 * Scene.Size * Scene.Size];
            PictureFamily.Draw(seed, number, 4).PaintSpoiled(picture);
            return picture;
        }

        Assert.Equal(Painted(7, 3), Painted(7, 3));
        Assert.NotEqual(Painted(7, 3), Painted(8, 3));
        Assert.NotEqual(Painted(7, 3), Painted(7, 4));
    }

    [Fact]
    public void Slight_defects_are_borne_by_the_checker_and_bad_ones_cost_score()
    {
        var clean = new List<double>();
        var spoiled = new List<double>();
        var picture = new float[3 * Scene.Size * Scene.Size];
        foreach (var family in Families())
        {
            family.Paint(family.Spoiled, picture);
            clean.Add(SceneChecker.Check(picture, family.Prompts[family.Spoiled].Request).Score);
            family.PaintSpoiled(picture);
            spoiled.Add(SceneChecker.Check(picture, family.Prompts[family.Spoiled].Request).Score);
        }

        Assert.All(clean, score => Assert.InRange(score, 0.8, 1));
        Assert.InRange(spoiled.Average(), 0, 0.8);
    }

    [Fact]
    public void Everything_picks_its_own_and_nothing_is_held_against_what_is_true_of_it()
    {
        var families = Families();

        var batch = FamilyBatch.Of(families);

        var (n, m) = (48, 60);
        Assert.Equal([m, 3, 32, 32], batch.Pixels.Shape.ToArray());
        Assert.Equal([m, n], batch.PictureChoice.Shape.ToArray());
        long[] owners = batch.PromptOfPicture.ToArray<long>();
        Assert.Equal(Enumerable.Range(0, n).Select(i => (long)i), owners[..n]);
        float[] pictureChoice = batch.PictureChoice.ToArray<float>(), promptChoice = batch.PromptChoice.ToArray<float>();
        var scenes = families.SelectMany(family => family.Scenes).ToList();
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++)
            {
                bool own = owners[i] == j, shows = SceneTruth.Shows(scenes[(int)owners[i]], PromptGrammar.Parse(batch.Prompts[j]));
                Assert.Equal(!own && shows, pictureChoice[i * n + j] < 0);
                Assert.Equal(!own && shows && i < n, promptChoice[j * m + i] < 0);  // a spoiled copy is held against its prompt, and against any other
            }
    }
}
