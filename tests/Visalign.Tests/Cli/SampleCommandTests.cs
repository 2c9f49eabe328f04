using System.Text.Json;
using Visalign.Cli;
using Visalign.Pictures;
using Visalign.Tests.Runs;

namespace Visalign.Tests.Cli;

public sealed class SampleCommandTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly string _model;

    public SampleCommandTests() => _model = TinyModel.Create(_root["model"]);

    public void Dispose() => _root.Dispose();

    [Fact]
    public void A_prompt_becomes_a_picture_with_a_verdict()
    {
        var invocation = Invocation.Of("sample", "two red circles", "--model", _model, "--out", _root["a.png"], "--steps", "1");

        Assert.Equal((ExitCode.Done, ""), (invocation.Code, invocation.Error));
        string[] lines = invocation.Output.TrimEnd().Split('\n');
        Assert.Equal((2, $"{_root["a.png"]}: 1 picture of 'two red circles'"), (lines.Length, lines[0]));
        Assert.Equal(256, Png.Read(_root["a.png"]).Width);
    }

    [Fact]
    public void Several_pictures_are_told_row_by_row()
    {
        var invocation = Invocation.Of("sample", "a circle", "--model", _model, "--out", _root["a.png"], "--steps", "1", "--count", "3");

        Assert.Equal(5, invocation.Output.TrimEnd().Split('\n').Length);
        Assert.Matches(@"\n[0-3] of 3 are as asked; row by row:\n  1  ", invocation.Output);
    }

    [Theory]
    [InlineData("sample circle --out a.jpg", "name a file that ends in .png")]
    [InlineData("sample circle --count 0", "--count: found '0', expected a whole number from 1 to 256.")]
    [InlineData("sample circle --seed one", "--seed: found 'one', expected a whole number from 0 to ")]
    [InlineData("sample circle --guidance best", "--guidance: found 'best', expected a number from 0 to 100; 1 is off.")]
    [InlineData("sample circle --run a --model b", "Found both --run and --model")]
    [InlineData("sample circle --run nowhere", "nowhere: there is no such folder")]
    [InlineData("sample circle --annealed", "--annealed: shapes32-flow is a model as it is")]
    [InlineData("sample circle --model shapes32-clip", "model: 'shapes32-clip' is a judge, not a generator")]
    [InlineData("evaluate --model shapes32-spm", "model: 'shapes32-spm' is a judge, not a generator")]
    [InlineData("evaluate --model nowhere", "'nowhere' is neither a shipped model (shapes32-eps, shapes32-flow, shapes32-tokens) nor a folder")]
    [InlineData("evaluate --prompts 1.5", "--prompts: found '1.5', expected a whole number from 1 to 1000000.")]
    [InlineData("pretrain nowhere.yaml --out x", "nowhere.yaml")]
    [InlineData("bench linaer", "There is no workload 'linaer'. Did you mean 'linear'?")]
    public void Bad_input_is_told_in_a_sentence(string arguments, string words)
    {
        var invocation = Invocation.Of(arguments.Split(' '));

        Assert.Equal((ExitCode.BadInput, ""), (invocation.Code, invocation.Output));
        Assert.Contains(words, invocation.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_evaluation_prints_one_JSON_object()
    {
        var invocation = Invocation.Of("evaluate", "--model", _model, "--prompts", "6", "--steps", "1", "--guidance", "1", "--json");

        Assert.Equal(ExitCode.Done, invocation.Code);
        var scores = JsonDocument.Parse(invocation.Output).RootElement;
        Assert.Equal((_model, 6), (scores.GetProperty("policy").GetString(), scores.GetProperty("prompts").GetInt32()));
    }

    [Fact]
    public void An_evaluation_for_people_has_a_line_for_each_task()
    {
        var invocation = Invocation.Of("evaluate", "--model", _model, "--prompts", "6", "--steps", "1", "--guidance", "1");

        Assert.All((string[])["single-object", "two-objects", "counting", "colors", "position", "color-attribution", "all", "soft score", "diversity"],
            word => Assert.Contains($"\n{word} ", invocation.Output.Replace("\n  ", "\n", StringComparison.Ordinal), StringComparison.Ordinal));
    }
}
