using Visalign.Generators;
using Visalign.Pretraining;
using Visalign.Runs;
using Visalign.Studies;
using Visalign.Tests.Runs;

namespace Visalign.Tests.Pretraining;

public sealed class ModelPretrainingTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    private static PretrainingRecipe Recipe(params string[] overrides) => PretrainingRecipe.File.Parse(
        """
        pretraining: 1
        vae: { training: { steps: 2, batch_size: 4, scenes: 8 } }
        transformer: { width: 32, blocks: 1, heads: 2, training: { steps: 2, batch_size: 4, scenes: 8 } }
        measurement: { scenes: 4, prompts: 6, steps: 1 }
        """, "test.yaml", overrides);

    private ModelCard Pretrain(string name, PretrainingRecipe? recipe = null, string? vae = null, IRunObserver? observer = null, CancellationToken stop = default) =>
        ModelPretraining.Run(recipe ?? Recipe(), new() { Folder = _root[name], Autoencoder = vae, Command = "visalign pretrain test.yaml" },
            observer ?? new Listener(), TimeProvider.System, stop);

    [Fact]
    public void The_same_recipe_gives_the_same_model_to_the_byte_and_another_seed_another()
    {
        Pretrain("first");
        Pretrain("second");
        Pretrain("other", Recipe("transformer.training.seed=2"));

        foreach (string file in (string[])["config.json", "transformer.safetensors", "vae.safetensors"])
            Assert.Equal(File.ReadAllBytes(_root["first/" + file]), File.ReadAllBytes(_root["second/" + file]));
        Assert.Equal(File.ReadAllBytes(_root["first/vae.safetensors"]), File.ReadAllBytes(_root["other/vae.safetensors"]));
        Assert.NotEqual(File.ReadAllBytes(_root["first/transformer.safetensors"]), File.ReadAllBytes(_root["other/transformer.safetensors"]));
    }

    [Fact]
    public void The_model_can_be_sampled_and_its_card_says_how_it_was_made()
    {
        long before = Tensor.LiveCount;

        var card = Pretrain("model");

        Assert.Equal(before, Tensor.LiveCount);
        Assert.False(Directory.Exists(_root["model.partial"]));
        using var policy = Policy.OfModel(_root["model"]);
        Assert.Equal(card.Best.GuidanceScale, policy.GuidanceScale);
        string text = File.ReadAllText(_root["model/README.md"]);
        Assert.Equal(card.ToMarkdown(), text);
        Assert.StartsWith("# model\n", text, StringComparison.Ordinal);
        foreach (string part in (string[])["    visalign pretrain test.yaml\n", "| engine | libtorch", "2 steps in ", "correct scenes stay correct", "| guidance | score | soft | single-object |", "kl_weight: 0.001", ContentHash.Of(_root["model/vae.safetensors"])])
            Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.Equal(HeldOutEvaluation.GuidanceScales, card.Scores.Select(score => score.GuidanceScale));
    }

    private static PretrainingRecipe TokenRecipe(params string[] overrides) => PretrainingRecipe.File.Parse(
        """
        pretraining: 1
        vq: { codes: 16, channels: 8, training: { steps: 2, batch_size: 4, scenes: 8 } }
        gpt: { width: 16, layers: 1, heads: 2, caption_width: 8, training: { steps: 2, batch_size: 4, matrix_learning_rate: 0.02, scenes: 8 } }
        measurement: { scenes: 4, prompts: 6 }
        """, "test.yaml", overrides);

    [Fact]
    public void A_model_that_draws_tokens_is_made_sampled_told_of_and_gone_on_from()
    {
        long before = Tensor.LiveCount;

        var card = Pretrain("model", TokenRecipe());

        Assert.Equal(before, Tensor.LiveCount);
        using (var policy = Policy.OfModel(_root["model"])) Assert.Equal(card.Best.GuidanceScale, policy.GuidanceScale);
        string text = File.ReadAllText(_root["model/README.md"]);
        foreach (string part in (string[])["draws the scenes", "64 tokens at temperature 1", "| GPT | `gpt.safetensors` |", "codes: 16\n", ContentHash.Of(_root["model/vq.safetensors"])])
            Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.DoesNotContain("transformer", text, StringComparison.Ordinal);

        var further = ModelPretraining.Run(TokenRecipe("gpt.training.learning_rate=1e-9", "gpt.training.matrix_learning_rate=0", "gpt.training.seed=2"), new() { Folder = _root["second"], From = _root["model"], Command = "test" },
            new Listener(), TimeProvider.System, default);

        Assert.Contains($"begun from {ContentHash.Of(_root["model"])}", further.Networks[1].Training, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(_root["model/vq.safetensors"]), File.ReadAllBytes(_root["second/vq.safetensors"]));
        using var first = Policy.OfModel(_root["model"]);
        using var second = Policy.OfModel(_root["second"]);
        Assert.All(first.Weights.All().Zip(second.Weights.All()), pair => Assert.All(pair.First.Tensor.ToArray<float>().Zip(pair.Second.Tensor.ToArray<float>()), numbers => Assert.Equal(numbers.First, numbers.Second, 1e-3f)));
    }

    [Fact]
    public void A_tokenizer_adopted_brings_its_own_sizes_and_another_network_is_refused()
    {
        Pretrain("model", TokenRecipe());

        var card = Pretrain("second", TokenRecipe("vq.codes=32"), vae: _root["model"]);

        Assert.Contains("codes: 16\n", card.Recipe, StringComparison.Ordinal);
        Assert.Contains("Give 'gpt' and 'vq' the same sizes.", Refused(TokenRecipe("gpt.layers=2"), _root["model"]), StringComparison.Ordinal);
        Assert.Contains("there is no transformer.safetensors in it", Refused(Recipe(), _root["model"]), StringComparison.Ordinal);

        string Refused(PretrainingRecipe recipe, string from) => Assert.Throws<InputException>(() =>
            ModelPretraining.Run(recipe, new() { Folder = _root["third"], From = from, Command = "test" }, new Listener(), TimeProvider.System, default)).Message;
    }

    [Theory]
    [InlineData("gpt.heads=3", "'gpt.width' is 16, expected one that 3 heads share in multiples of 4.")]
    [InlineData("vq.channels=12", "'vq.channels' is 12, expected a multiple of 8.")]
    [InlineData("vae={ training: { steps: 2 } }", "a pretraining makes one model: give 'vae' and 'transformer'")]
    public void A_recipe_of_tokens_that_makes_no_sense_is_refused(string option, string words) =>
        Assert.Contains(words, Assert.Throws<InputException>(() => TokenRecipe(option)).Message, StringComparison.Ordinal);

    [Fact]
    public void Interrupted_after_the_autoencoder_it_goes_on_from_there_to_the_same_model()
    {
        Pretrain("whole");
        using var stop = new CancellationTokenSource();
        var listener = new Listener { Part = what => { if (what.StartsWith("training the transformer", StringComparison.Ordinal)) stop.Cancel(); } };

        Assert.Throws<OperationCanceledException>(() => Pretrain("model", observer: listener, stop: stop.Token));

        Assert.False(Directory.Exists(_root["model"]));
        Assert.Contains(listener.Sentences, sentence => sentence.Contains($"--vae {_root["model.partial"]}", StringComparison.Ordinal));
        Assert.Contains($"--vae {_root["model.partial"]}", Assert.Throws<InputException>(() => Pretrain("model")).Message, StringComparison.Ordinal);
        var card = Pretrain("model", vae: _root["model.partial"]);
        Assert.Contains("2 steps before this run", card.Networks[0].Training, StringComparison.Ordinal);
        foreach (string file in (string[])["config.json", "transformer.safetensors", "vae.safetensors"])
            Assert.Equal(File.ReadAllBytes(_root["whole/" + file]), File.ReadAllBytes(_root["model/" + file]));
    }

    [Fact]
    public void Going_on_from_a_model_begins_with_its_weights_and_keeps_its_autoencoder()
    {
        Pretrain("first");
        var recipe = Recipe("transformer.training.learning_rate=1e-9", "transformer.training.seed=2");
        var request = new PretrainingRequest { Folder = _root["second"], From = _root["first"], Command = "test" };

        var card = ModelPretraining.Run(recipe, request, new Listener(), TimeProvider.System, default);

        Assert.Contains($"begun from {ContentHash.Of(_root["first"])}", card.Networks[1].Training, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(_root["first/vae.safetensors"]), File.ReadAllBytes(_root["second/vae.safetensors"]));
        using var first = Policy.OfModel(_root["first"]);
        using var second = Policy.OfModel(_root["second"]);
        Assert.Equal(GeneratorConfig.Read(_root["first"]).LatentScale, GeneratorConfig.Read(_root["second"]).LatentScale);
        Assert.All(first.Weights.All().Zip(second.Weights.All()), pair => Assert.Equal(pair.First.Tensor.ToArray<float>(), pair.Second.Tensor.ToArray<float>()));
    }

    [Theory]
    [InlineData("32", "first", "--vae")]
    [InlineData("64", null, "Give 'transformer' the same sizes.")]
    public void Going_on_refuses_another_network_and_another_autoencoder(string width, string? vae, string expected)
    {
        Pretrain("first");
        var request = new PretrainingRequest
        {
            Folder = _root["second"], From = _root["first"], Autoencoder = vae is null ? null : _root[vae], Command = "test",
        };

        Assert.Contains(expected, Assert.Throws<InputException>(() => ModelPretraining.Run(Recipe($"transformer.width={width}"), request, new Listener(), TimeProvider.System, default)).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_root["second"]));
    }

    [Fact]
    public void Interrupted_before_the_autoencoder_is_done_it_leaves_nothing()
    {
        Assert.Throws<OperationCanceledException>(() => Pretrain("model", stop: new CancellationToken(canceled: true)));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_root.Path));
    }

    [Fact]
    public void An_autoencoder_of_other_settings_brings_them_into_the_card()
    {
        Pretrain("model", Recipe("kl_weight=0.01"));

        var card = Pretrain("second", vae: _root["model"]);

        Assert.Contains("kl_weight: 0.01\n", card.Recipe, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_made_is_refused_before_anything_is_trained()
    {
        Directory.CreateDirectory(_root["full"]);
        File.WriteAllText(_root["full/file"], "");

        Assert.Contains("is not empty", Refused("full", null), StringComparison.Ordinal);
        Assert.Contains("this is a file", Refused("full/file", null), StringComparison.Ordinal);
        Assert.Contains("there is no vae.safetensors in it", Refused("model", _root["full"]), StringComparison.Ordinal);
        Assert.Equal([_root["full"]], Directory.EnumerateFileSystemEntries(_root.Path));

        string Refused(string name, string? vae) => Assert.Throws<InputException>(() => Pretrain(name, vae: vae)).Message;
    }

    [Theory]
    [InlineData("transformer.heads=3", "'transformer.width' is 32, expected an even number that 3 heads share evenly.")]
    [InlineData("vae.training.steps=0", "'vae.training.steps' is 0")]
    [InlineData("vae.kl=1", "unknown key 'kl'")]
    [InlineData("vae.training.matrix_learning_rate=0.02", "'vae.training.matrix_learning_rate' is 0.02, but the autoencoder is made of convolutions")]
    public void A_recipe_that_makes_no_sense_is_refused(string option, string words) =>
        Assert.Contains(words, Assert.Throws<InputException>(() => Recipe(option)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("pretrain-shapes32-flow.yaml")]
    [InlineData("pretrain-shapes32-eps.yaml")]
    [InlineData("pretrain-shapes32-tokens.yaml")]
    public void The_shipped_recipes_are_sound_and_measure_as_all_do(string file)
    {
        var recipe = Assert.IsType<PretrainingRecipe>(PretrainingKinds.Read(Path.Combine(AppContext.BaseDirectory, "data", "recipes", file)));

        Assert.Equal((1000, 1024), (recipe.Measurement.Scenes, recipe.Measurement.Prompts));
    }

    [Fact]
    public void Progress_tells_the_mean_loss_since_the_last_report()
    {
        var reports = new List<PretrainingProgress>();
        using var scope = Tensor.Scope();

        PretrainingLoop.Run([("w", Tensor.Ones([1]))], new() { Steps = 102 }, (weights, step) => weights["w"].Tensor.Sum() * 0 + step, TimeProvider.System, new Collect(reports), CancellationToken.None);

        Assert.Equal([(100, 49.5), (102, 100.5)], reports.Select(report => (report.Step, report.Loss)));
    }

    private sealed class Collect(List<PretrainingProgress> reports) : IProgress<PretrainingProgress>
    {
        public void Report(PretrainingProgress value) => reports.Add(value);
    }
}
