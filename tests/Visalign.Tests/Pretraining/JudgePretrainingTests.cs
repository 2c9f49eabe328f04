using Visalign.Networks;
using Visalign.Pretraining;
using Visalign.Rewards;
using Visalign.Runs;
using Visalign.Tests.Runs;
using Visalign.Torch.Safetensors;

namespace Visalign.Tests.Pretraining;

public sealed class JudgePretrainingTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly string _generator;

    public JudgePretrainingTests() => _generator = TinyModel.Create(_root["generator"], contrast: 2);

    public void Dispose() => _root.Dispose();

    private IPretrainingRecipe TwoTower(params string[] overrides) => Read($$"""
        pretraining: 1
        two_tower:
          picture: { width: 16, blocks: 1, heads: 2 }
          patch: 8
          text: { width: 8, blocks: 1, heads: 2 }
          embedding: 6
          family: 3
          training: { steps: 3, batch_size: 7, matrix_learning_rate: 0.01, scenes: 30 }
        measurement: { scenes: 6, model: {{_generator}}, prompts: 6, group: 2, steps: 1 }
        """, overrides);

    private IPretrainingRecipe StepPreference(params string[] overrides) => Read($$"""
        pretraining: 1
        step_preference:
          two_tower: {{TinyTowers.Create(_root["towers"])}}
          model: {{_generator}}
          prompts: 6
          group: 3
          steps: 1
          tie: 0
          training: { steps: 3, batch_size: 16 }
        measurement: { prompts: 6, group: 2, levels: [0, 0.5] }
        """, overrides);

    private IPretrainingRecipe Read(string text, params string[] overrides)
    {
        File.WriteAllText(_root["recipe.yaml"], text);
        return PretrainingKinds.Read(_root["recipe.yaml"], overrides);
    }

    private string Make(IPretrainingRecipe recipe, string name, IRunObserver? observer = null, CancellationToken stop = default) =>
        recipe.Make(new() { Folder = _root[name], Command = "visalign pretrain recipe.yaml" }, observer ?? new Listener(), TimeProvider.System, stop);

    [Fact]
    public void The_same_recipe_gives_the_same_judge_to_the_byte_and_another_seed_another()
    {
        Make(TwoTower(), "first");
        Make(TwoTower(), "second");
        Make(TwoTower("two_tower.training.seed=2"), "other");

        foreach (string file in (string[])["config.json", "preprocessor_config.json", "model.safetensors"])
            Assert.Equal(File.ReadAllBytes(_root["first/" + file]), File.ReadAllBytes(_root["second/" + file]));
        Assert.NotEqual(File.ReadAllBytes(_root["first/model.safetensors"]), File.ReadAllBytes(_root["other/model.safetensors"]));
    }

    [Fact]
    public void A_two_tower_judge_can_be_asked_and_its_card_says_how_it_was_made()
    {
        long before = Tensor.LiveCount;

        string words = Make(TwoTower(), "judge");

        Assert.Equal(before, Tensor.LiveCount);
        Assert.StartsWith("picks the right prompt for ", words, StringComparison.Ordinal);
        string card = File.ReadAllText(_root["judge/README.md"]);
        foreach (string part in (string[])["# judge\n", "    visalign pretrain recipe.yaml\n", "| engine | libtorch", "3 steps in ", "| split | right | pairs | clean | single-object |", "| held out |", "Rank correlation", "family: 3", ContentHash.Of(_root["judge/model.safetensors"])])
            Assert.Contains(part, card, StringComparison.Ordinal);
        using var judge = new TwoTower(new() { Model = _root["judge"] });
        using var file = SafetensorsFile.Open(_root["judge/model.safetensors"]);
        Assert.Equal("pt", file.Metadata!["format"]);
        Assert.All(file.Entries.Values, entry => Assert.Equal(StoredType.Float16, entry.Type));
        Assert.Equal(16, judge.Model.Config.Vision.Width);
    }

    [Fact]
    public void A_step_aware_judge_can_be_asked_and_its_card_compares_it_with_where_it_began()
    {
        long before = Tensor.LiveCount;

        string words = Make(StepPreference(), "judge");

        Assert.Equal(before, Tensor.LiveCount);
        Assert.Contains("of pairs at noise level 0.5", words, StringComparison.Ordinal);
        string card = File.ReadAllText(_root["judge/README.md"]);
        foreach (string part in (string[])["18 pairs", "| noise level | step-aware | two-tower | checker |", "| 0.5 |", $"begun from {ContentHash.Of(_root["towers"])}"])
            Assert.Contains(part, card, StringComparison.Ordinal);
        using var judge = new StepPreferenceReward(_root["judge"]);
        using var scope = Tensor.Scope();
        Assert.Equal([2], judge.Score(Tensor.Ones([2, 3, 32, 32]), [new("a circle"), new("a cross")], 0.5).Shape.ToArray());
    }

    [Fact]
    public void The_same_step_aware_recipe_gives_the_same_judge_to_the_byte()
    {
        Make(StepPreference(), "first");
        Make(StepPreference(), "second");

        Assert.Equal(File.ReadAllBytes(_root["first/model.safetensors"]), File.ReadAllBytes(_root["second/model.safetensors"]));
    }

    [Fact]
    public void Interrupted_they_leave_nothing()
    {
        using var stop = new CancellationTokenSource();
        var listener = new Listener { Part = what => { if (what.StartsWith("training", StringComparison.Ordinal)) stop.Cancel(); } };

        Assert.Throws<OperationCanceledException>(() => Make(TwoTower(), "judge", listener, stop.Token));
        Assert.Throws<OperationCanceledException>(() => Make(StepPreference(), "judge", new Listener(), new CancellationToken(canceled: true)));

        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(_root.Path), path => path.Contains("judge", StringComparison.Ordinal));
    }

    [Fact]
    public void What_only_generators_are_built_on_is_refused()
    {
        var request = new PretrainingRequest { Folder = _root["judge"], Command = "test" };

        Assert.Contains("--vae x", Refused(request with { Autoencoder = "x" }), StringComparison.Ordinal);
        Assert.Contains("--from x", Refused(request with { From = "x" }), StringComparison.Ordinal);

        string Refused(PretrainingRequest wrong) => Assert.Throws<InputException>(() => TwoTower().Make(wrong, new Listener(), TimeProvider.System, default)).Message;
    }

    [Theory]
    [InlineData("pretraining: 1\nmeasurement: { scenes: 4 }", "expected one of the keys gpt, step_preference, transformer, two_tower, unet, which say what is made; found none.")]
    [InlineData("pretraining: 1\ntwo_tower: {}\ntransformer: {}", "found transformer and two_tower.")]
    [InlineData("pretraining: 1\ntwo_tower: { family: 1, training: { steps: 1 } }", "'two_tower.family' is 1")]
    [InlineData("pretraining: 1\ntwo_tower: { text: { width: 9, blocks: 1, heads: 2 }, training: { steps: 1 } }", "'width' is 9, expected a number that 2 heads share evenly.")]
    [InlineData("pretraining: 1\nstep_preference: { training: { steps: 1, scenes: 9 } }", "'step_preference.training.scenes' is 9, but no scenes are drawn")]
    public void A_recipe_that_makes_no_sense_is_refused(string text, string words) =>
        Assert.Contains(words, Assert.Throws<InputException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("pretrain-shapes32-clip.yaml", typeof(TwoTowerRecipe))]
    [InlineData("pretrain-shapes32-flow.yaml", typeof(PretrainingRecipe))]
    [InlineData("pretrain-shapes32-spm.yaml", typeof(StepPreferenceRecipe))]
    public void The_shipped_recipes_are_sound(string name, Type kind) =>
        Assert.IsType(kind, PretrainingKinds.Read(Path.Combine(AppContext.BaseDirectory, "data", "recipes", name)));

    [Fact] // Scores 0.9 0.2 | 0.5 0.55: within a tie of 0.1 the second group has no preference.
    public void Pairs_are_compared_within_their_group_and_ties_do_not_count()
    {
        var pairs = PreferencePair.Within([0.9, 0.2, 0.5, 0.55], groupSize: 2, tie: 0.1);

        Assert.Equal([new PreferencePair(0, 1, 1), new PreferencePair(2, 3, 0.5f)], pairs);
        Assert.Equal(new PairAgreement(1, 1), PairAgreement.Of(pairs, [3, 2, 0, 9]));
        Assert.Equal(new PairAgreement(0, 1), PairAgreement.Of(pairs, [3, 3, 0, 9]));
    }
}
