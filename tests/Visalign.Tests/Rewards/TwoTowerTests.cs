using Visalign.Generators;
using Visalign.Networks;
using Visalign.Pictures;
using Visalign.Pretraining;
using Visalign.Rewards;
using Visalign.Tests.Networks;
using Visalign.Tests.Pictures;
using Visalign.Worlds;

namespace Visalign.Tests.Rewards;

public sealed class TwoTowerTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void The_shipped_judge_likes_a_scene_better_than_near_misses_of_it()
    {
        using var judge = new TwoTower(new());

        var choice = TwoTowerMeasurement.Choose(judge.Model, PromptSplit.Tuning, scenes: 120);

        // Its card says 2,000 scenes; four deviations of a share over 120 scenes are at most 0.18.
        Assert.InRange(choice.Pairs, 0.9, 1);
        Assert.InRange(choice.Best, 0.6, 1);
    }

    [Fact]
    public void Pictures_of_another_size_are_brought_to_its_own()
    {
        using var judge = new TwoTower(new() { Model = TinyTowers.Create(_root["towers"]) });
        var scene = SceneSampler.Draw(PromptGrammar.Parse("a red circle"), 1, 0);

        double own = Score(32), twice = Score(64);

        Assert.Equal(own, twice, 0.02);

        double Score(int size)
        {
            var picture = new float[3 * size * size];
            SceneRenderer.Render(scene, picture, size);
            return judge.Score(new PictureBatch(picture, 1, size, size), [new("a red circle")]).Values[0];
        }
    }

    [Fact]
    public void A_picture_with_a_NaN_fails_alone()
    {
        using var judge = new TwoTower(new() { Model = TinyTowers.Create(_root["towers"]) });
        var pictures = SamplePictures.Random(seed: 1, count: 2, height: 32, width: 32);
        var both = judge.Score(pictures, [new("a circle"), new("a circle")]).Values;
        pictures.Data[0] = float.NaN;

        var scores = judge.Score(pictures, [new("a circle"), new("a circle")]);

        Assert.Equal([double.NaN, both[1]], scores.Values);
        Assert.Contains("picture 0 has pixels that are not finite", scores.FirstFailure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_word_it_does_not_know_is_refused()
    {
        using var judge = new TwoTower(new() { Model = TinyTowers.Create(_root["towers"]) });

        Assert.Contains("unknown word 'hexagon'", Assert.Throws<InputException>(() => judge.Score(SamplePictures.Random(1, 1, 32, 32), [new("a hexagon")])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_kind_of_model_is_refused()
    {
        string towers = TinyTowers.Create(_root["towers"]), generator = TinyModel.Create(_root["generator"]);

        Assert.Contains("'model_type' is \"clip\", which is not supported; expected \"step_preference\"", Assert.Throws<InputException>(() => new StepPreferenceReward(towers)).Message, StringComparison.Ordinal);
        Assert.Contains("lacks 'text_config'", Assert.Throws<InputException>(() => new TwoTower(new() { Model = generator })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vocabulary_without_its_words_is_refused()
    {
        string folder = TinyTowers.Create(_root["towers"]);
        string config = Path.Combine(folder, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace($"\"vocab_size\": {WorldTokens.Count}", "\"vocab_size\": 49408", StringComparison.Ordinal));

        Assert.Contains("49408 tokens and no vocab.json", Assert.Throws<InputException>(() => new TwoTower(new() { Model = folder })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_tokens_of_a_prompt_are_its_words_an_end_and_padding()
    {
        using var scope = Tensor.Scope();

        var ids = WorldTokens.Encode(["a circle", "a circle left of a square and", ""]);

        Assert.Equal([3, 9], ids.Shape.ToArray());
        long[] words = [.. Vocabulary.Encode("a circle").Take(2).Select(word => (long)word)];
        Assert.Equal([.. words, WorldTokens.End, 0, 0, 0, 0, 0, 0], ids.Select(0, 0).ToArray<long>());
        Assert.Equal(WorldTokens.End, ids.Select(0, 1).ToArray<long>()[7]);
        Assert.Equal([WorldTokens.End, 0, 0, 0, 0, 0, 0, 0, 0], ids.Select(0, 2).ToArray<long>());
    }

    [Fact]
    public void A_step_aware_model_begins_as_the_two_tower_at_every_noise_level()
    {
        using var scope = Tensor.Scope();
        var clip = TinyTowers.Weights();
        var weights = Weights.Of(StepPreference.Initialize(clip, TinyTowers.Config.Vision, 2));
        var pixels = Noise.Normal(new(3, NoisePurpose.Probe), 0, 3, 3, 32, 32);

        var features = StepPreference.PictureFeatures(weights, TinyTowers.Config.Vision, pixels, Tensor.From([0f, 500f, 999f], 3));

        Assert.True(TinyTextEncoders.Distance(ClipModel.Normalize(features), ClipModel.EmbedPictures(clip, TinyTowers.Config, pixels)) < 1e-5);
    }

    [Fact]
    public void A_step_aware_score_depends_on_the_noise_level_once_its_layers_are_open()
    {
        using var scope = Tensor.Scope();
        string folder = _root["steps"];
        Directory.CreateDirectory(folder);
        TwoTowerMaking.SaveModel(folder, TinyTowers.Config.ToJson(StepPreference.Kind), StepPreference.Initialize(TinyTowers.Weights(), TinyTowers.Config.Vision, 2)
            .Select((entry, at) => (entry.Name, entry.Value + Noise.Normal(new(4, NoisePurpose.Probe, at), 0, [1, entry.Value.Count]).Reshape(entry.Value.Shape) * 0.1)));
        using IDisposable judge = new StepPreferenceReward(folder);
        var pixels = Tensor.From(SamplePictures.Random(seed: 1, count: 2, height: 32, width: 32).Data, 2, 3, 32, 32);
        IReadOnlyList<Condition> conditions = [new("a circle"), new("two squares")];

        float[] Scores(double level) => ((IStepReward)judge).Score(pixels, conditions, level).ToArray<float>();

        Assert.All(Scores(0.2).Zip(Scores(0.8)), pair => Assert.NotEqual(pair.First, pair.Second));
        Assert.Equal(Scores(0.5), Scores(0.5));
        var (promised, shown) = FiniteDifferences.Along(x => ((IStepReward)judge).Score(x, conditions, 0.5).Sum(), pixels, seed: 6, step: 0.02);
        Assert.Equal(promised, shown, 2e-4 + 0.02 * Math.Abs(promised));
    }
}
