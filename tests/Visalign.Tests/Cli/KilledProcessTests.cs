using System.Diagnostics;
using System.Text.Json;
using Visalign.Cli;
using Visalign.Runs;
using Visalign.Tests.Runs;
using Visalign.Torch.Engines;

namespace Visalign.Tests.Cli;

/// <summary>Runs the program as a process of its own and ends it from outside.</summary>
public sealed class KilledProcessTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _root = new();

    public KilledProcessTests() => File.WriteAllText(_root["tiny.yaml"], TinyModel.Recipe(TinyModel.Create(_root["model"], contrast: 2)));

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task Killed_at_ten_moments_a_run_ends_with_the_weights_optimizer_and_metrics_of_an_unbroken_one()
    {
        using (var whole = Start("whole")) await End(whole);
        // Each a little later in the life of the run than the one before; the process that gets there is killed on the spot.
        Func<bool>[] moments =
        [
            () => File.Exists(_root["broken/run.json"]),
            () => File.Exists(_root["broken/provenance.json"]),
            () => File.Exists(_root["broken/evaluations/base-guidance.json"]),
            () => File.Exists(_root["broken/evaluations/000000.json"]),
            () => Lines("broken/metrics.jsonl") >= 1,
            () => File.Exists(_root["broken/checkpoints/00000002.safetensors.partial"]) || File.Exists(_root["broken/checkpoints/00000002.safetensors"]),
            () => File.Exists(_root["broken/evaluations/000003.json"]),
            () => Lines("broken/metrics.jsonl") >= 5,
            () => File.Exists(_root["broken/policy.safetensors"]),
            () => File.Exists(_root["broken/evaluations/result-guidance.json"]),
        ];

        foreach (var moment in moments)
        {
            using var process = Start("broken");
            await Until(() => moment() || process.HasExited);
            Assert.False(process.HasExited, $"The process ended before it could be killed: {(process.HasExited ? await process.StandardError.ReadToEndAsync() : "")}");
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
        using (var rest = Start("broken")) await End(rest);

        string[] kept = ["metrics.jsonl", "policy.safetensors", "checkpoints/00000007.safetensors",
            .. Directory.EnumerateFiles(_root["whole/evaluations"]).Select(file => Path.GetRelativePath(_root["whole"], file))];
        Assert.Equal(11, kept.Length);
        Assert.All(kept, file => Assert.True(File.ReadAllBytes(_root["whole/" + file]).AsSpan().SequenceEqual(File.ReadAllBytes(_root["broken/" + file])), file));
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Asked_to_stop_it_saves_says_how_to_go_on_and_exits_with_130(string signal)
    {
        using var process = Start("run", "--set", "iterations=100000");
        await Until(() => Lines("run/metrics.jsonl") >= 1 || process.HasExited);

        // The shell's own kill: a bare system has no program of that name.
        using (var kill = Process.Start("sh", ["-c", $"kill -{signal} {process.Id}"])) await kill.WaitForExitAsync();
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal((ExitCode.Interrupted, ""), (process.ExitCode, await process.StandardOutput.ReadToEndAsync()));
        Assert.EndsWith($"Go on with: visalign resume {_root["run"]}\n", error, StringComparison.Ordinal);
        Assert.Equal(Lines("run/metrics.jsonl"), int.Parse(Path.GetFileNameWithoutExtension(Directory.EnumerateFiles(_root["run/checkpoints"]).Max()!)));
    }

    private Process Start(string run, params string[] more)
    {
        string folder = _root[run];
        string[] arguments = RunFolder.Exists(folder) ? ["resume", folder] : ["align", _root["tiny.yaml"], "--out", folder];
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Visalign.Cli.dll"), .. arguments, "--json", .. more])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["VISALIGN_THREADS"] = "1";
        if (Engine.Current.Blas.Core.Length > 0) start.Environment["VISALIGN_BLAS_CORE"] = Engine.Current.Blas.Core;
        return Process.Start(start)!;
    }

    private async Task End(Process process)
    {
        string output = await process.StandardOutput.ReadToEndAsync(), error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, error);
        Assert.Equal(JsonValueKind.Number, JsonDocument.Parse(output).RootElement.GetProperty("aligned").ValueKind);
    }

    private static async Task Until(Func<bool> reached)
    {
        long started = Stopwatch.GetTimestamp();
        while (!reached())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, "Nothing happened for five minutes.");
            await Task.Delay(2);
        }
    }

    private int Lines(string file) => File.Exists(_root[file]) ? IterationLog.Read(_root[file]).Count : 0;
}
