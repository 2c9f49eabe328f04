using Visalign.Generators;
using Visalign.Networks;
using Visalign.Pretraining;
using Visalign.Runs;
using Visalign.Tests.Runs;
using Visalign.Torch.Safetensors;

namespace Visalign.Tests.Pretraining;

public sealed class DiffusionPretrainingTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    private static PretrainingRecipe Recipe(params string[] overrides) => PretrainingRecipe.File.Parse(
        """
        pretraining: 1
        vae: { training: { steps: 2, batch_size: 4, scenes: 8 } }
        unet: { channels: [16, 16], text: { width: 8, blocks: 1 }, training: { steps: 2, batch_size: 4, scenes: 8, matrix_learning_rate: 0.02 } }
        measurement: { scenes: 4, prompts: 6, steps: 2 }
        """, "test.yaml", overrides);

    private ModelCard Pretrain(string name, PretrainingRecipe? recipe = null, string? vae = null, string? from = null) => ModelPretraining.Run(
        recipe ?? Recipe(), new() { Folder = _root[name], Autoencoder = vae, From = from, Command = "visalign pretrain test.yaml" }, new Listener(), TimeProvider.System, default);

    [Fact]
    public void The_same_recipe_gives_the_same_model_to_the_byte_and_another_seed_another()
    {
        Pretrain("first");
        Pretrain("second");
        Pretrain("other", Recipe("unet.training.seed=2"));

        foreach (string file in Directory.EnumerateFiles(_root["first"], "*.*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_root["first"], file)).Where(file => file != "README.md"))
            Assert.Equal(File.ReadAllBytes(_root["first/" + file]), File.ReadAllBytes(_root["second/" + file]));
        Assert.Equal(File.ReadAllBytes(_root["first/vae/diffusion_pytorch_model.safetensors"]), File.ReadAllBytes(_root["other/vae/diffusion_pytorch_model.safetensors"]));
        Assert.NotEqual(File.ReadAllBytes(_root["first/unet/diffusion_pytorch_model.safetensors"]), File.ReadAllBytes(_root["other/unet/diffusion_pytorch_model.safetensors"]));
        Assert.NotEqual(File.ReadAllBytes(_root["first/text_encoder/model.safetensors"]), File.ReadAllBytes(_root["other/text_encoder/model.safetensors"]));
    }

    [Fact]
    public void The_model_loads_as_a_diffusion_pipeline_of_the_world_and_its_card_says_how_it_was_made()
    {
        long before = Tensor.LiveCount;

        var card = Pretrain("model");

        Assert.Equal(before, Tensor.LiveCount);
        using var generator = ModelFolder.LoadNoise(_root["model"]);
        Assert.True(generator.DrawsWorld);
        Assert.Equal((Prediction.Epsilon, card.Best.GuidanceScale), (generator.Schedule.Prediction, generator.GuidanceScale));
        Assert.Equal(["autoencoder", "UNet", "text encoder"], card.Networks.Select(network => network.Name));
        string text = File.ReadAllText(_root["model/README.md"]);
        foreach (string part in (string[])["A latent diffusion UNet that predicts noise", "channels: [16, 16]", ContentHash.Of(_root["model/text_encoder/model.safetensors"])])
            Assert.Contains(part, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_model_of_the_world_lends_its_autoencoder()
    {
        Pretrain("first");

        Pretrain("second", Recipe("unet.training.seed=2"), vae: _root["first"]);

        Assert.Equal(File.ReadAllBytes(_root["first/vae/diffusion_pytorch_model.safetensors"]), File.ReadAllBytes(_root["second/vae/diffusion_pytorch_model.safetensors"]));
    }

    [Fact]
    public void Going_on_from_a_model_begins_with_its_weights_and_refuses_other_sizes()
    {
        Pretrain("first");

        Pretrain("second", Recipe("unet.training.learning_rate=1e-9", "unet.training.matrix_learning_rate=0", "unet.training.seed=2"), from: _root["first"]);

        foreach (string file in (string[])["unet/diffusion_pytorch_model.safetensors", "text_encoder/model.safetensors"])
            Assert.Equal(Numbers(_root["first/" + file]), Numbers(_root["second/" + file]));
        Assert.Contains("its networks have other sizes", Assert.Throws<InputException>(() => Pretrain("third", Recipe("unet.channels=[16, 32]"), from: _root["first"])).Message, StringComparison.Ordinal);
        Assert.Contains("no transformer of this recipe's kind", Assert.Throws<InputException>(() =>
            Pretrain("third", PretrainingRecipe.File.Parse("{ pretraining: 1, vae: { training: { steps: 1 } }, transformer: { training: { steps: 1 } } }", "flow.yaml"), from: _root["first"])).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_root["third"]));

        static float[] Numbers(string path)
        {
            using var scope = Tensor.Scope();
            return [.. TensorFiles.LoadAll(path, DType.Float32).SelectMany(entry => entry.Value.ToArray<float>())];
        }
    }

    [Theory]
    [InlineData("transformer={ training: { steps: 1 } }", "give 'vae' and 'transformer' or 'unet'")]
    [InlineData("unet.attends=[true]", "'unet.attends' lists 1 levels, expected 2")]
    [InlineData("unet.channels=[16, 20]", "'unet.channels' has 20, expected a multiple of 'unet.groups' (8)")]
    [InlineData("unet.channels=[8, 8, 8, 8, 8]", "'unet.channels' lists 5 levels, expected 1 to 4")]
    [InlineData("unet.text.heads=3", "'unet.text.width' is 8, expected a number that 3 heads share evenly")]
    public void A_recipe_that_makes_no_sense_is_refused(string option, string words) =>
        Assert.Contains(words, Assert.Throws<InputException>(() => Recipe(option)).Message, StringComparison.Ordinal);
}
