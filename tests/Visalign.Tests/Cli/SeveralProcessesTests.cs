using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Visalign.Cli;
using Visalign.Runs;
using Visalign.Torch.Engines;

namespace Visalign.Tests.Cli;

/// <summary>Runs in several processes of the program, by its option and by a launcher's variables.</summary>
public sealed class SeveralProcessesTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5), Mourning = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _root = new();

    public SeveralProcessesTests()
    {
        File.WriteAllText(_root["tiny.yaml"], TinyModel.Recipe(TinyModel.Create(_root["model"], contrast: 2)));
        File.WriteAllText(_root["tokens.yaml"], TinyTokenModel.Recipe(TinyTokenModel.Create(_root["tokens"])));
    }

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("flow-grpo", "tiny.yaml")]
    [InlineData("diffusion-dpo", "tiny.yaml")]
    [InlineData("ar-grpo", "tokens.yaml")]
    public async Task One_two_and_four_processes_leave_the_same_bytes(string method, string recipe)
    {
        foreach (int count in new[] { 1, 2, 4 })
        {
            // Three micro-batches of 5, 5 and 2 pictures: of four processes one has none.
            using var process = Start([.. Align($"run{count}", recipe), "--set", "method=" + method, "--processes", $"{count}"]);
            await End(process, ExitCode.Done);
        }

        string[] kept = Kept("run1");
        Assert.All(new[] { "run2", "run4" }, run =>
        {
            Assert.Equal(kept, Kept(run));
            Assert.All(kept, file => Assert.True(File.ReadAllBytes(_root[$"run1/{file}"]).AsSpan().SequenceEqual(File.ReadAllBytes(_root[$"{run}/{file}"])), $"{run}/{file}"));
        });
    }

    [Fact]
    public async Task A_killed_child_ends_the_run_and_another_number_of_processes_ends_it_with_the_same_bytes()
    {
        using (var whole = Start([.. Align("run1")])) await End(whole, ExitCode.Done);
        using var broken = Start([.. Align("run2"), "--processes", "3"]);
        await Until(() => Lines("run2") >= 3 || broken.HasExited);
        int child = Children(broken.Id).First();

        using (var victim = Process.GetProcessById(child)) victim.Kill();
        string error = await Mourn(broken, ExitCode.Failed);
        string last = error.TrimEnd().Split('\n')[^1];
        // An exchange may fail before the watch has told whose end it was.
        Assert.Matches(@"^(Process [12] of 3|A process of the 3 of this run) died or cannot be reached any more \(.+\), and this run cannot go on without it\. Go on from its last checkpoint with: visalign resume .+run2$", last);
        Assert.DoesNotContain("died", error.TrimEnd()[..^last.Length], StringComparison.Ordinal);

        using (var rest = Start(["resume", _root["run2"], "--processes", "2"])) await End(rest, ExitCode.Done);
        Assert.All(Kept("run1"), file => Assert.True(File.ReadAllBytes(_root[$"run1/{file}"]).AsSpan().SequenceEqual(File.ReadAllBytes(_root[$"run2/{file}"])), file));
    }

    [Theory]
    [InlineData(0, "KILL")]
    [InlineData(2, "KILL")]
    [InlineData(0, "STOP")]
    [InlineData(1, "STOP")]
    public async Task Whichever_process_of_a_launcher_dies_or_freezes_every_other_says_so_and_ends(int victim, string signal)
    {
        var team = Launch(3, rank => [.. Align("run"), "--set", "iterations=100000"]);
        try
        {
            await Until(() => Lines("run") >= 2 || team.Any(process => process.HasExited));
            await Signal(team[victim], signal);

            foreach (int rank in Enumerable.Range(0, 3).Where(rank => rank != victim))
            {
                string error = await Mourn(team[rank], ExitCode.Failed);
                string[] lines = error.TrimEnd().Split('\n');
                Assert.True(lines.Count(line => line.StartsWith($"Process {victim} of 3 died or cannot be reached any more", StringComparison.Ordinal) || line.StartsWith("A process of the 3 of this run died", StringComparison.Ordinal)) == 1 && (rank == 0 || lines.Length == 1), error);
            }
        }
        finally
        {
            foreach (var process in team)
            {
                process.Kill();
                process.Dispose();
            }
        }
    }

    [Fact]
    public async Task Processes_that_were_given_different_recipes_refuse_to_begin()
    {
        var team = Launch(2, rank => [.. Align("run"), "--seed", $"{rank}"]);

        foreach (var process in team)
        {
            string error = await End(process, ExitCode.BadInput);
            Assert.Contains("Process 1 of 2 was given another recipe than process 0.", error, StringComparison.Ordinal);
            process.Dispose();
        }
        Assert.False(Directory.Exists(_root["run"]));
    }

    [Fact]
    public async Task Asked_to_stop_all_save_at_the_same_iteration()
    {
        using var process = Start([.. Align("run"), "--processes", "2", "--set", "iterations=100000"]);
        await Until(() => Lines("run") >= 1 || process.HasExited);

        await Signal(process, "TERM");
        string error = await End(process, ExitCode.Interrupted);

        Assert.EndsWith($"Go on with: visalign resume {_root["run"]}\n", error, StringComparison.Ordinal);
        Assert.Equal(Lines("run"), int.Parse(Path.GetFileNameWithoutExtension(Directory.EnumerateFiles(_root["run/checkpoints"]).Max()!)));
    }

    [Fact]
    public void A_number_of_processes_that_cannot_be_is_refused()
    {
        var said = Invocation.Of("align", "flow-grpo", "--processes", "0");

        Assert.Equal(ExitCode.BadInput, said.Code);
        Assert.StartsWith("--processes: found '0', expected a whole number from 1 to 64.", said.Error, StringComparison.Ordinal);
    }

    private string[] Align(string run, string recipe = "tiny.yaml") => ["align", _root[recipe], "--out", _root[run]];

    private Process[] Launch(int count, Func<int, string[]> arguments)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return [.. Enumerable.Range(0, count).Select(rank => Start(arguments(rank),
            ("RANK", $"{rank}"), ("WORLD_SIZE", $"{count}"), ("LOCAL_RANK", $"{rank}"), ("MASTER_ADDR", "localhost"), ("MASTER_PORT", $"{port}")))];
    }

    private static Process Start(string[] arguments, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Visalign.Cli.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables) start.Environment[name] = value;
        start.Environment["VISALIGN_THREADS"] = "1";
        if (Engine.Current.Blas.Core.Length > 0) start.Environment["VISALIGN_BLAS_CORE"] = Engine.Current.Blas.Core;
        return Process.Start(start)!;
    }

    private static async Task<string> End(Process process, int code)
    {
        var output = process.StandardOutput.ReadToEndAsync();
        string error = await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == code, $"exit code {process.ExitCode}: {error}");
        return error;
    }

    private static async Task<string> Mourn(Process process, int code)
    {
        long started = Stopwatch.GetTimestamp();
        string error = await End(process, code);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, Mourning);
        return error;
    }

    // The shell's own kill: a bare system has no program of that name.
    private static async Task Signal(Process process, string signal)
    {
        using var kill = Process.Start("sh", ["-c", $"kill -{signal} {process.Id}"]);
        await kill.WaitForExitAsync();
    }

    private static IEnumerable<int> Children(int process) =>
        Directory.EnumerateDirectories($"/proc/{process}/task").SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(int.Parse);

    private static async Task Until(Func<bool> reached)
    {
        long started = Stopwatch.GetTimestamp();
        while (!reached())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, "Nothing happened for five minutes.");
            await Task.Delay(2);
        }
    }

    private int Lines(string run) => File.Exists(_root[$"{run}/metrics.jsonl"]) ? IterationLog.Read(_root[$"{run}/metrics.jsonl"]).Count : 0;

    private string[] Kept(string run) =>
    [
        "metrics.jsonl", "policy.safetensors", "checkpoints/00000007.safetensors",
        .. Directory.EnumerateFiles(_root[$"{run}/evaluations"]).Concat(Directory.EnumerateFiles(_root[$"{run}/samples"])).Select(file => Path.GetRelativePath(_root[run], file)).Order(StringComparer.Ordinal),
    ];
}
