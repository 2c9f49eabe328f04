using Visalign.Generators;
using Visalign.Pictures;
using Visalign.Preferences;

namespace Visalign.Tests.Preferences;

public sealed class PairFolderTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly NoiseGenerator _generator;

    public PairFolderTests()
    {
        _generator = ModelFolder.LoadNoise(TinyModel.Create(_root["model"]));
        Directory.CreateDirectory(_root["pairs"]);
        foreach (string name in (string[])["a.png", "b.png"]) Png.Write(_root["pairs/" + name], new RgbPicture(new byte[3 * 32 * 32], 32, 32));
    }

    public void Dispose()
    {
        _generator.Dispose();
        _root.Dispose();
    }

    [Fact]
    public void Pairs_are_read_in_both_forms_the_likelier_one_first_and_ties_and_empty_lines_left_out()
    {
        var pairs = Read(
            """{"prompt": "a circle", "winner": "a.png", "loser": "b.png"}""",
            "",
            """{"prompt": "a square", "first": "a.png", "second": "b.png", "label": 0.8}""",
            """{"prompt": "a cross", "first": "a.png", "second": "b.png", "label": 0}""",
            """{"prompt": "a triangle", "first": "a.png", "second": "b.png", "label": 0.5}""");

        Assert.Equal([("a circle", "a.png", 1), ("a square", "a.png", 0.8), ("a cross", "b.png", 1)],
            pairs.Select(pair => (pair.Condition.Prompt, Path.GetFileName(pair.Winner), pair.Certainty)));
        Assert.Equal(["b.png", "b.png", "a.png"], pairs.Select(pair => Path.GetFileName(pair.Loser)));
    }

    [Theory]
    [InlineData("{", "is no JSON; expected an object a line, with the keys prompt, winner, loser or prompt, first, second, label.")]
    [InlineData("[1]", "holds a JSON array, expected an object.")]
    [InlineData("""{"prompt": "a circle", "winner": "a.png"}""", "the key 'loser' is missing; expected prompt, winner, loser.")]
    [InlineData("""{"prompt": "a circle", "winer": "a.png", "loser": "b.png"}""", "unknown key 'winer'. Did you mean 'winner'?")]
    [InlineData("""{"prompt": "a circle", "winner": "a.png", "loser": "b.png", "label": 1}""", "unknown key 'winner'.")]
    [InlineData("""{"prompt": "a circle", "winner": "a.png", "prompt": "a square", "loser": "b.png"}""", "the key 'prompt' is there twice; keep one.")]
    [InlineData("""{"prompt": "a circle", "winner": 3, "loser": "b.png"}""", "'winner' is 3, expected a text.")]
    [InlineData("""{"prompt": "a circle", "winner": "c.png", "loser": "b.png"}""", "'winner' is 'c.png', and there is no such file in the folder.")]
    [InlineData("""{"prompt": "a circle", "winner": "../model/config.json", "loser": "b.png"}""", "'winner' is '../model/config.json', which lies outside the folder.")]
    [InlineData("""{"prompt": "a dog", "winner": "a.png", "loser": "b.png"}""", "unknown word 'dog'")]
    [InlineData("""{"prompt": "a circle", "first": "a.png", "second": "b.png", "label": 2}""", "'label' is 2, expected a number from 0 to 1")]
    [InlineData("""{"prompt": "a circle", "first": "a.png", "second": "b.png", "label": "first"}""", "'label' is \"first\", expected a number from 0 to 1")]
    public void A_malformed_line_is_named_with_what_would_be_right(string line, string words)
    {
        string message = Assert.Throws<InputException>(() => Read("""{"prompt": "a circle", "winner": "a.png", "loser": "b.png"}""", line)).Message;

        Assert.StartsWith($"{_root["pairs/metadata.jsonl"]}(2): ", message, StringComparison.Ordinal);
        Assert.Contains(words, message, StringComparison.Ordinal);
        Assert.DoesNotContain("BytePosition", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_pairs_is_refused()
    {
        Assert.Contains("there is no metadata.jsonl", Assert.Throws<InputException>(() => PairFolder.Read(_root["model"], _generator)).Message, StringComparison.Ordinal);
        Assert.Contains("has no pair", Assert.Throws<InputException>(() => Read("""{"prompt": "a circle", "first": "a.png", "second": "b.png", "label": 0.5}""")).Message, StringComparison.Ordinal);
    }

    private IReadOnlyList<PicturePair> Read(params string[] lines)
    {
        File.WriteAllLines(_root["pairs/metadata.jsonl"], lines);
        return PairFolder.Read(_root["pairs"], _generator);
    }
}
