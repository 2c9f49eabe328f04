using Visalign.Cli;
using Visalign.Runs;
using Visalign.Tests.Runs;

namespace Visalign.Tests.Cli;

/// <summary>A run that trained an adapter, made once for all tests.</summary>
public sealed class AdapterRun : IDisposable
{
    private readonly TemporaryFolder _root = new();

    /// <summary>Makes it.</summary>
    public AdapterRun()
    {
        string recipe = $$"""
            recipe: 1
            method: { name: flow-grpo, window: { size: 1, from: 0, to: 2 } }
            model: {{TinyModel.Create(Model)}}
            adapter: { kind: lora, rank: 2, alpha: 4 }
            rewards: [brightness]
            rollout: { prompts: 2, group_size: 3, steps: 3, guidance_scale: 2.5 }
            optimizer: { learning_rate: 0.05 }
            budget: { iterations: 1 }
            evaluation: { prompts: 6, curve_prompts: 6, tuning_prompts: 6, steps: 2 }
            """;
        using var run = AlignmentRun.Create(Run, Recipe.File.Parse(recipe, "tiny.yaml"), new Listener(), TimeProvider.System);
        run.Run(CancellationToken.None);
    }

    /// <summary>The run folder.</summary>
    public string Run => _root["run"];

    /// <summary>The model it began with, whose own guidance scale is 1.</summary>
    public string Model => _root["model"];

    /// <inheritdoc/>
    public void Dispose() => _root.Dispose();
}

public sealed class ExportCommandTests(AdapterRun made) : IClassFixture<AdapterRun>, IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void What_export_tells_to_sample_draws_the_very_picture_of_the_run()
    {
        string file = _root["l.safetensors"];

        var export = Invocation.Of("export", made.Run, "--out", file);

        Assert.Equal((ExitCode.Done, ""), (export.Code, export.Error));
        Assert.Equal($"{file}\nThe run's guidance scale is 2.5: visalign sample PROMPT --model {made.Model} --lora {file} --guidance 2.5\n", export.Output);
        string[] told = export.Output.TrimEnd().Split("visalign ")[^1].Split(' ');
        Assert.Equal(ExitCode.Done, Invocation.Of([.. told.Select(word => word == "PROMPT" ? "a red circle" : word), "--steps", "3", "--out", _root["exported.png"]]).Code);
        Assert.Equal(ExitCode.Done, Invocation.Of("sample", "a red circle", "--run", made.Run, "--steps", "3", "--out", _root["run.png"]).Code);
        Assert.Equal(File.ReadAllBytes(_root["run.png"]), File.ReadAllBytes(_root["exported.png"]));
    }

    [Theory]
    [InlineData("nodir/l.safetensors", "diffusers", "there is no folder '")]
    [InlineData("nodir/l.safetensors", "kohya", "there is no folder '")]
    [InlineData("there", "kohya", "name a file that ends in .safetensors.")]
    [InlineData("l.txt", "diffusers", "name a file that ends in .safetensors.")]
    [InlineData("there/old.safetensors", "diffusers", "this file is already there; name another, or remove it.")]
    [InlineData("there/old.safetensors", "peft", "this is a file, and PEFT reads a folder; name one.")]
    [InlineData("there", "peft", "there is already an adapter in this folder (adapter_config.json)")]
    public void A_path_that_cannot_be_meant_is_refused_and_nothing_is_written(string path, string format, string words)
    {
        Directory.CreateDirectory(_root["there"]);
        foreach (string name in (string[])["there/old.safetensors", "there/adapter_config.json"]) File.WriteAllText(_root[name], "old");

        Refuses(words, "--out", _root[path], "--format", format);

        Assert.Equal(["adapter_config.json", "old.safetensors"], Directory.EnumerateFiles(_root.Path, "*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        Assert.Equal("old", File.ReadAllText(_root["there/old.safetensors"]));
    }

    [Fact]
    public void A_place_that_may_not_be_written_is_told_in_a_sentence()
    {
        if (!OperatingSystem.IsLinux()) return;
        Refuses("/proc/l.safetensors: cannot be written (", "--out", "/proc/l.safetensors");
        Refuses("/proc/zz: cannot be written (", "--out", "/proc/zz", "--format", "peft");
    }

    [Fact]
    public void An_unknown_format_is_told_with_those_there_are_and_in_the_words_of_the_help()
    {
        Refuses("--format: found 'foo', expected diffusers, peft, kohya.", "--out", _root["l.safetensors"], "--format", "foo");
        Assert.Contains("--format <diffusers|peft|kohya>", Invocation.Of("export", "--help").Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Diffusers", Invocation.Of("export", "--help").Output, StringComparison.Ordinal);
    }

    private void Refuses(string words, params string[] options)
    {
        var invocation = Invocation.Of(["export", made.Run, .. options]);

        Assert.Equal((ExitCode.BadInput, ""), (invocation.Code, invocation.Output));
        Assert.Contains(words, invocation.Error, StringComparison.Ordinal);
    }
}
