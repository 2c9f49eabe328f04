using System.Runtime.Versioning;
using Visalign.Bench;

namespace Visalign.Tests.Bench;

/// <summary>The search for other PyTorches and the turns they take, with scripts that answer as a Python would.</summary>
[SupportedOSPlatform("linux")] // scripts are made executable
public sealed class OpponentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Another_torch_is_found_named_with_its_blas_and_timed_in_turns()
    {
        string other = Python("other", "/opt/other/torch", """{"torch": "2.6.0+cpu", "libtorch": "/opt/other/torch/lib/libtorch_cpu.so", "threads": 1, "library": "mkl inside torch", "kernels": ""}""", milliseconds: 7);

        var result = Benchmark.Run(new() { Names = ["tiny-add"], Rounds = 3, Interpreters = [other] }, _ => { }, CancellationToken.None);

        var side = Assert.Single(result.Sides, side => side.Interpreter is not null);
        Assert.Equal(("torch 2.6.0+cpu", other, "mkl inside torch"), (side.Name, side.Interpreter, side.Blas));
        var row = Assert.Single(result.Workloads);
        Assert.Null(row.Python); // it is no twin: its libtorch is another
        var opponent = Assert.Single(row.Others);
        Assert.Equal(7.0 / row.Calls / 1000, opponent.Times.Median, 1e-9);
        Assert.Contains(result.Remarks, remark => remark.StartsWith("The twin is left out", StringComparison.Ordinal));
        Assert.Contains("\"blas\":\"mkl inside torch\"", result.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_one_on_the_engines_own_libtorch_is_the_twin()
    {
        string twin = Python("twin", "/usr/lib/torch", $$"""{"torch": "1.13.0a0", "libtorch": "{{Opponents.OwnLibrary()}}", "threads": 1, "library": "libopenblas.so", "kernels": "SkylakeX"}""", milliseconds: 3);

        var result = Benchmark.Run(new() { Names = ["tiny-add"], Rounds = 3, Interpreters = [twin] }, _ => { }, CancellationToken.None);

        var row = Assert.Single(result.Workloads);
        Assert.NotNull(row.Python);
        Assert.Empty(row.Others);
        Assert.Empty(result.Remarks);
    }

    [Fact]
    public void One_that_breaks_at_once_is_told_and_left_out()
    {
        string broken = Script("broken", """
            case "$1" in -c) echo /opt/broken/torch;; *) echo "ImportError: libmkl.so: cannot open" >&2; exit 1;; esac
            """);

        using var opponents = Opponents.Find([broken], CancellationToken.None);

        Assert.Empty(opponents.Running);
        Assert.Contains(opponents.Remarks, remark => remark.Contains(broken, StringComparison.Ordinal) && remark.Contains("ImportError: libmkl.so", StringComparison.Ordinal));
    }

    [Fact]
    public void A_torch_that_two_interpreters_share_counts_once_and_those_without_one_not_at_all()
    {
        string without = Script("without", "echo");
        string first = Script("first", "echo /opt/shared/torch"), second = Script("second", "echo /opt/shared/torch");

        Assert.Equal([first], Pythons.WithTorch([without, first, second, Path.Combine(_folder.Path, "missing")]));
    }

    [Fact]
    public void Both_sides_must_train_as_many_numbers()
    {
        string less = Python("less", "/opt/less/torch", """{"torch": "2.6.0", "libtorch": "/opt/less/lib", "threads": 1, "library": "mkl", "kernels": ""}""", milliseconds: 1);

        var fault = Assert.Throws<InvalidOperationException>(() => Benchmark.Run(new() { Names = ["optimizer-lora"], Rounds = 1, Interpreters = [less] }, _ => { }, CancellationToken.None));

        Assert.Contains("trains 327680 numbers here and 0 in torch 2.6.0", fault.Message, StringComparison.Ordinal);
    }

    private string Python(string name, string folder, string introduction, int milliseconds) => Script(name, $$"""
        if [ "$1" = -c ]; then echo {{folder}}; exit; fi
        echo '{{introduction}}'
        while read -r order; do echo '{"milliseconds": {{milliseconds}}, "parameters": 0}'; done
        """);

    private string Script(string name, string text)
    {
        string path = Path.Combine(_folder.Path, name);
        File.WriteAllText(path, "#!/bin/sh\n" + text + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public void Dispose() => _folder.Dispose();
}
