using System.Text.Json;
using Visalign.Networks;

namespace Visalign.Tests.Networks;

public sealed class NetworkConfigTests
{
    private static NetworkConfig Of(string json) => NetworkConfig.Of(JsonDocument.Parse(json).RootElement, "unet/config.json");

    [Fact]
    public void Keys_are_read_by_type_and_missing_ones_mean_their_fallback()
    {
        var config = Of("""{ "layers": 2, "eps": 1e-5, "rope": true, "act": "silu", "widths": [8, 12], "heads": 4, "depth": null }""");
        Assert.Equal((2, 1e-5, true, "silu"), (config.Whole("layers"), config.Number("eps"), config.Flag("rope"), config.Text("act")));
        Assert.Equal([8, 12], config.Wholes("widths"));
        Assert.Equal([4, 4], config.WholePerLevel("heads", 2));
        Assert.Equal([8, 12], config.WholePerLevel("widths", 2));
        Assert.Equal(7, config.Whole("depth", 7));
        config.RefuseOthers();
    }

    [Theory]
    [InlineData("""{ "layers": 2.5 }""", "unet/config.json: 'layers' is 2.5, expected a whole number.")]
    [InlineData("""{ "layers": "two" }""", "unet/config.json: 'layers' is \"two\", expected a whole number.")]
    [InlineData("""{ }""", "unet/config.json lacks 'layers'.")]
    [InlineData("""{ "layers": null }""", "unet/config.json lacks 'layers'.")]
    public void A_value_of_the_wrong_kind_is_named(string json, string expected) =>
        Assert.Equal(expected, Assert.Throws<InputException>(() => Of(json).Whole("layers")).Message);

    [Fact]
    public void An_option_nobody_asked_for_is_refused_by_name()
    {
        var config = Of("""{ "_class_name": "UNet", "layers": 2, "dual_attention": true, "only_cross": false, "class_embeddings": null }""");
        config.Whole("layers");
        Assert.Equal("unet/config.json sets 'dual_attention' (true), which this network does not support.",
            Assert.Throws<InputException>(config.RefuseOthers).Message);
    }

    [Fact]
    public void An_option_supported_at_one_value_is_refused_at_others()
    {
        var config = Of("""{ "act_fn": "gelu", "freq_shift": 0 }""");
        config.Only("freq_shift", 0);
        config.Only("absent", true);
        Assert.Equal("unet/config.json: 'act_fn' is \"gelu\", which is not supported; expected \"silu\" or \"swish\".",
            Assert.Throws<InputException>(() => config.Only("act_fn", "silu", "swish")).Message);
    }

    [Fact]
    public void A_list_of_another_length_than_the_levels_is_refused() =>
        Assert.Equal("unet/config.json: 'heads' lists 3 numbers, expected 2, one a level.",
            Assert.Throws<InputException>(() => Of("""{ "heads": [1, 2, 3] }""").WholePerLevel("heads", 2)).Message);

    [Theory]
    [InlineData("""{ "blocks": ["a", "b", "a"] }""", "unet/config.json: 'blocks' lists 3 words, expected 2, one a level.")]
    [InlineData("""{ "blocks": ["a", "c"] }""", "unet/config.json: 'blocks' has 'c', which is not supported; expected 'a' or 'b'.")]
    public void Words_of_levels_are_counted_and_each_supported(string json, string sentence)
    {
        Assert.Equal(["b", "a"], Of("""{ "blocks": ["b", "a"] }""").TextPerLevel("blocks", 2, "a", "b"));
        Assert.Equal(sentence, Assert.Throws<InputException>(() => Of(json).TextPerLevel("blocks", 2, "a", "b")).Message);
    }

    [Fact]
    public void A_missing_file_is_told_as_missing()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal($"{folder["unet/config.json"]} is missing; the folder is not whole without it.",
            Assert.Throws<InputException>(() => NetworkConfig.Read(folder["unet/config.json"])).Message);
    }

    [Fact]
    public void A_file_that_is_no_JSON_is_named()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "config.json");
        File.WriteAllText(path, "{ layers: 2");
        Assert.StartsWith($"{path} cannot be read as JSON: ", Assert.Throws<InputException>(() => NetworkConfig.Read(path)).Message, StringComparison.Ordinal);
    }
}
