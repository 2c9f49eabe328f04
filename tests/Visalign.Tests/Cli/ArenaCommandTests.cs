using System.Text.Json;
using Visalign.Cli;

namespace Visalign.Tests.Cli;

public sealed class ArenaCommandTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly string _first, _second;

    public ArenaCommandTests()
    {
        (_first, _second) = (_root["first.yaml"], _root["second.yaml"]);
        string recipe = TinyModel.Recipe(TinyModel.Create(_root["model"]));
        File.WriteAllText(_first, recipe);
        File.WriteAllText(_second, recipe.Replace("learning_rate: 0.01", "learning_rate: 0.02", StringComparison.Ordinal));
    }

    public void Dispose() => _root.Dispose();

    private Invocation Arena(params string[] more) => Invocation.Of(["arena", "--methods", $"{_first},{_second}", "--seeds", "1", "--budget", "24", "--out", _root["out"], .. more]);

    [Fact]
    public void A_run_that_fails_makes_the_exit_code_1_and_calling_again_makes_it_0()
    {
        Directory.CreateDirectory(_root["out/second-42"]);
        File.WriteAllText(_root["out/second-42/thesis.tex"], "years of work");

        var failed = Arena();

        Assert.Equal(ExitCode.Failed, failed.Code);
        Assert.Contains("second, seed 42, did not end: ", failed.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Contains("\n  first ", failed.Output, StringComparison.Ordinal);
        Assert.Contains("first: 2 iterations × 12 pictures judged = 24 reward calls", failed.Error, StringComparison.Ordinal);

        Directory.Delete(_root["out/second-42"], recursive: true);
        var mended = Arena("--json");

        Assert.Equal(ExitCode.Done, mended.Code);
        Assert.Equal(File.ReadAllText(_root["out/summary.json"]), mended.Output);
        Assert.Equal("first,second", JsonDocument.Parse(mended.Output).RootElement.GetProperty("slug").GetString());
        Assert.DoesNotContain("first, seed 42", mended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_set_and_the_model_reach_every_method()
    {
        string other = TinyModel.Create(_root["other"]);

        Assert.Equal(ExitCode.Done, Arena("--model", other, "--set", "rewards=[contrast]", "--seed", "7").Code);

        Assert.All(["first-7", "second-7", "best-of-group-tuning-7"], run =>
        {
            string recipe = File.ReadAllText(_root[$"out/{run}/recipe.yaml"]);
            Assert.Contains(other, recipe, StringComparison.Ordinal);
            Assert.Contains("name: contrast", recipe, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("arena", "--methods")]
    [InlineData("arena --methods ,", "--methods: found none, expected at least one, as in --methods flow-grpo,diffusion-nft.\n")]
    [InlineData("arena --methods flow-grpo,diffusion-nfft", "No paper is called 'diffusion-nfft'. Did you mean 'diffusion-nft'?\n")]
    [InlineData("arena --methods flow-grpo --budget 0", "--budget: found '0', expected a whole number from 1 to 10000000.\n")]
    [InlineData("arena --methods flow-grpo --model nowhere", "model: 'nowhere' is neither ")]
    [InlineData("arena --methods flow-grpo,draft", "draft cannot compete here: rewards: 'exact' has no gradient ")]
    public void What_cannot_be_used_is_told_in_a_sentence(string arguments, string sentence)
    {
        var invocation = Invocation.Of([.. arguments.Split(' '), "--out", _root["out"]]);

        Assert.Equal((ExitCode.BadInput, ""), (invocation.Code, invocation.Output));
        Assert.Contains(sentence, invocation.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_root["out"]));
    }
}
