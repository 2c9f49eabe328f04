using System.Text.Json;
using Visalign.Torch.Safetensors;

namespace Visalign.Tests.Oracles;

public sealed class OracleRunTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Cases_lie_exactly_one_folder_deep_and_adapters_and_tokenizers_are_data()
    {
        foreach (string file in new[] { "top.json", "a/one.json", "a/two.safetensors", "a/x.lora.safetensors", "a/x.tokenizer.json", "a/model/deep.json", "a/notes.txt", "b/three.json" })
            Write(file, "");

        var cases = OracleRoot.Cases(_root.Path).Select(OracleRoot.NameOf);

        Assert.Equal(["a/one.json", "a/two.safetensors", "b/three.json"], cases);
    }

    [Fact]
    public void A_slug_and_a_kind_that_nobody_handles_are_told_and_are_no_failure()
    {
        Write("some-other-slug/case.json", "not even JSON");
        Write("flow-grpo/case.json", Json("a-kind-of-tomorrow"));
        var lines = new StringWriter();

        int status = OracleRun.Over(_root.Path, lines);

        Assert.Equal(0, status);
        Assert.Contains("no handler flow-grpo/case.json", Lines(lines));
        Assert.Contains("no handler some-other-slug/case.json", Lines(lines));
        Assert.Equal("0 passed, 0 failed, 2 skipped", Lines(lines)[^1]);
    }

    [Fact]
    public void A_broken_case_fails_with_its_sentence_and_the_run_goes_on()
    {
        Write("flow-grpo/a-broken.json", "not even JSON");
        Write("flow-grpo/b-empty.json", Json("ema"));
        WriteAverage("flow-grpo/c-good.safetensors", expected: 0.5f);
        var lines = new StringWriter();

        int status = OracleRun.Over(_root.Path, lines);

        Assert.Equal(1, status);
        Assert.StartsWith("fail flow-grpo/a-broken.json  largest deviation", Lines(lines)[0], StringComparison.Ordinal);
        Assert.Contains("has no tensor 'in.parameters'", Lines(lines)[1], StringComparison.Ordinal);
        Assert.Equal("pass flow-grpo/c-good.safetensors", Lines(lines)[2]);
        Assert.Equal("1 passed, 2 failed, 0 skipped", Lines(lines)[^1]);
    }

    [Fact]
    public void A_wrong_number_fails_and_the_largest_deviation_is_told()
    {
        WriteAverage("flow-grpo/wrong.safetensors", expected: 0.75f);

        var outcome = OracleHandlers.Run(_root["flow-grpo/wrong.safetensors"]);

        Assert.Equal(OracleStatus.Fail, outcome.Status);
        Assert.Equal(0.25, outcome.LargestDeviation, 1e-6);
        Assert.StartsWith("out.ema[0]: 0.5", outcome.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void An_expectation_that_no_handler_computes_fails()
    {
        WriteAverage("flow-grpo/more.safetensors", expected: 0.5f, more: "out.unheard_of");

        var outcome = OracleHandlers.Run(_root["flow-grpo/more.safetensors"]);

        Assert.Equal(OracleStatus.Fail, outcome.Status);
        Assert.Equal("not recomputed: out.unheard_of", outcome.Detail);
    }

    [Fact]
    public void A_folder_without_cases_is_an_input_error()
    {
        Assert.Throws<InputException>(() => OracleRoot.Cases(_root.Path));
        Assert.Throws<InputException>(() => OracleRoot.Cases(_root["nowhere"]));
    }

    private void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root[file])!);
        File.WriteAllText(_root[file], text);
    }

    private static string Json(string kind) =>
        JsonSerializer.Serialize(new { what = "", reference = "", config = new { kind, decay = 0.9, update_step_interval = 1 }, rtol = 0, atol = 0, notes = "" });

    // By hand: at call 0 the decay is 1/10, so the average goes from 0 nine tenths of the way to 5/9.
    private void WriteAverage(string file, float expected, string? more = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root[file])!);
        var arrays = new Dictionary<string, StoredArray>
        {
            ["in.initial"] = StoredArray.Of([0f], 1),
            ["in.parameters"] = StoredArray.Of([5f / 9], 1, 1),
            ["out.ema"] = StoredArray.Of([expected], 1, 1),
        };
        if (more is not null)
            arrays[more] = StoredArray.Of([0f], 1);
        SafetensorsWriter.Save(_root[file], arrays, new Dictionary<string, string>
        {
            ["what"] = "", ["reference"] = "", ["notes"] = "", ["rtol"] = "0", ["atol"] = "1e-6",
            ["config"] = """{"kind": "ema", "decay": 0.5, "update_step_interval": 1}""",
        });
    }

    private static string[] Lines(StringWriter writer) => writer.ToString().TrimEnd().Split(Environment.NewLine);
}
