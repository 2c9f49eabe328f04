using System.Text.Json;
using Visalign.Cli;
using Visalign.Methods;
using Visalign.Studies;
using Visalign.Tests.Runs;

namespace Visalign.Tests.Cli;

public sealed class AlignCommandTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly string _recipe;

    public AlignCommandTests()
    {
        _recipe = _root["tiny.yaml"];
        File.WriteAllText(_recipe, TinyModel.Recipe(TinyModel.Create(_root["model"])));
    }

    public void Dispose() => _root.Dispose();

    private Invocation Align(params string[] more) => Invocation.Of(["align", _recipe, "--out", _root["run"], .. more]);

    [Fact]
    public void For_programs_it_prints_one_JSON_object_and_nothing_else()
    {
        var invocation = Align("--json", "--seed", "7", "--set", "iterations=2");

        Assert.Equal(ExitCode.Done, invocation.Code);
        Assert.Matches(@"^\{.*\}\n$", invocation.Output);
        var result = JsonDocument.Parse(invocation.Output).RootElement;
        Assert.Equal(["base", "aligned", "seconds", "run", "report"], result.EnumerateObject().Select(entry => entry.Name));
        Assert.Equal(EvaluationFolder.Get<KeptEvaluation>(_root["run"], "base").Score, result.GetProperty("base").GetDouble());
        Assert.Equal(EvaluationFolder.Get<KeptEvaluation>(_root["run"], "result").Score, result.GetProperty("aligned").GetDouble());
        Assert.True(result.GetProperty("seconds").GetDouble() > 0);
        Assert.Equal(_root["run"], result.GetProperty("run").GetString());
        Assert.True(File.Exists(result.GetProperty("report").GetString()));
        Assert.Contains("iteration 2 of 2", invocation.Error, StringComparison.Ordinal);
        Assert.Contains("seed: 7\n", File.ReadAllText(_root["run/recipe.yaml"]), StringComparison.Ordinal);
    }

    [Fact]
    public void For_people_it_prints_a_table_of_tasks_and_where_the_report_is()
    {
        string output = Align("--set", "iterations=1").Output;

        Assert.All(["single object", "color attribution", "all"], task => Assert.Contains($"\n  {task} ", output, StringComparison.Ordinal));
        Assert.Contains($"Report: {_root["run/report.html"]}\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Interrupted_it_says_how_to_go_on_and_going_on_ends_as_if_nothing_had_happened()
    {
        using var stop = new CancellationTokenSource();
        using StringWriter output = new(), error = new StopAt("iteration 1 of 7", stop);

        int code = CommandLineProgram.Run(["align", _recipe, "--out", _root["run"], "--json"], output, error, stop.Token);

        Assert.Equal((ExitCode.Interrupted, ""), (code, output.ToString()));
        Assert.EndsWith($"Interrupted after 1 of 7 iterations; nothing is lost. Go on with: visalign resume {_root["run"]}\n", error.ToString(), StringComparison.Ordinal);

        var rest = Invocation.Of("resume", _root["run"], "--json");

        Assert.Equal(ExitCode.Done, rest.Code);
        Assert.Equal(_root["run/report.html"], JsonDocument.Parse(rest.Output).RootElement.GetProperty("report").GetString());
    }

    [Fact]
    public void A_report_can_be_drawn_again()
    {
        Align("--set", "iterations=1");
        string before = File.ReadAllText(_root["run/report.html"]);
        File.Delete(_root["run/report.html"]);

        var invocation = Invocation.Of("report", _root["run"]);

        Assert.Equal(new Invocation(ExitCode.Done, _root["run/report.html"] + "\n", ""), invocation);
        Assert.Equal(before, File.ReadAllText(_root["run/report.html"]));
    }

    [Theory]
    [InlineData("align flow-grop", "No paper is called 'flow-grop'. Did you mean 'flow-grpo'?\n")]
    [InlineData("align nowhere.yaml", "nowhere.yaml: no such file.\n")]
    [InlineData("align flow-grpo --set iterations=none", "--set iterations=none: 'budget.iterations' expects a whole number from 1 to 10000000, found 'none'.\n")]
    [InlineData("align flow-grpo --set rollout.group_sz=4", "--set rollout.group_sz=4: unknown key 'group_sz' in 'rollout'. Did you mean 'group_size'?\n")]
    [InlineData("align flow-grpo --set method=flow-gpro", "--set method=flow-gpro: unknown name 'flow-gpro' in 'method'. Did you mean 'flow-grpo'?\n")]
    [InlineData("align flow-grpo --seed minus", "--set seed=minus: 'seed' expects a whole number at least 0, found 'minus'.\n")]
    [InlineData("demo --set model=nowhere", "model: 'nowhere' is neither ")]
    [InlineData("resume nowhere", "nowhere: there is no such folder; check the path of the run.\n")]
    [InlineData("report nowhere", "nowhere: there is no such folder; check the path of the run.\n")]
    public void What_cannot_be_used_is_told_in_a_sentence(string arguments, string sentence)
    {
        var invocation = Invocation.Of([.. arguments.Split(' '), .. arguments.StartsWith("demo", StringComparison.Ordinal) ? new[] { "--out", _root["run"] } : []]);

        Assert.Equal((ExitCode.BadInput, ""), (invocation.Code, invocation.Output));
        Assert.StartsWith(sentence, invocation.Error, StringComparison.Ordinal);
        Assert.Single(invocation.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void A_paper_that_does_not_run_yet_is_refused_with_those_that_do()
    {
        var papers = PaperCatalog.Load();
        string slug = papers.First(paper => paper.Recipe.Length == 0).Slug;

        string error = Invocation.Of("align", slug).Error;

        Assert.Equal($"'{slug}' has no recipe here yet. These have one: {string.Join(", ", papers.Where(paper => paper.Recipe.Length > 0).Select(paper => paper.Slug))}.\n", error);
        Assert.Contains("flow-grpo", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_not_empty_is_refused_and_left_alone()
    {
        Directory.CreateDirectory(_root["run"]);
        File.WriteAllText(_root["run/thesis.tex"], "years of work");

        var invocation = Align();

        Assert.Equal((ExitCode.BadInput, ""), (invocation.Code, invocation.Output));
        Assert.Contains("not empty", invocation.Error, StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateFileSystemEntries(_root["run"]));
    }

    [Fact]
    public void Every_recipe_of_a_paper_ships_and_reads()
    {
        Assert.All(PaperCatalog.Load().Where(paper => paper.Recipe.Length > 0), paper => Assert.Equal(paper.Slug, ShippedRecipe.Find(paper.Slug, []).Name));
        Assert.Equal(3, ShippedRecipe.Demo(["seed=3"]).Recipe.Seed);
    }

    private sealed class StopAt(string words, CancellationTokenSource stop) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value!.StartsWith(words, StringComparison.Ordinal)) stop.Cancel();
        }
    }
}
