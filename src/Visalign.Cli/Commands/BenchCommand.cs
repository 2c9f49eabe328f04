using System.CommandLine;
using System.Globalization;
using Visalign.Bench;
using Visalign.Cli.Views;

namespace Visalign.Cli.Commands;

/// <summary><c>visalign bench</c>: the engine's speed beside PyTorch's.</summary>
internal static class BenchCommand
{
    internal static Verb Create(Terminal terminal)
    {
        var names = new Argument<string[]>("NAME") { Description = $"Workloads, all unless given: {string.Join(", ", Benchmark.Names)}.", Arity = ArgumentArity.ZeroOrMore };
        var quick = new Option<bool>("--quick") { Description = $"{Benchmark.QuickRounds} rounds in place of {Benchmark.UsualRounds}." };
        var threads = NumberOption.Of("--threads", 0, 1024, 0, "Threads of all sides; 0: those of VISALIGN_THREADS, or one per processor.");
        var json = new Option<bool>("--json") { Description = "Print a JSON object and nothing else." };
        // What the command asks of a second process of its own.
        var memory = new Option<string?>("--memory-of") { Hidden = true };
        var verb = new Verb("bench", "Times the engine beside the same work in Python, in turns, on the same libtorch, BLAS and threads.", "visalign bench --quick transformer-step") { names, quick, threads, json, memory };
        verb.SetAction(parsed =>
        {
            if (parsed.GetValue(memory) is { } workload)
            {
                terminal.Output.WriteLine(Benchmark.MemoryHere(workload, parsed.GetValue(threads)).ToString(CultureInfo.InvariantCulture));
                return ExitCode.Done;
            }

            var options = new BenchmarkOptions
            {
                Names = parsed.GetValue(names)!,
                Rounds = parsed.GetValue(quick) ? Benchmark.QuickRounds : Benchmark.UsualRounds,
                Threads = parsed.GetValue(threads),
            };
            var result = Benchmark.Run(options, what => terminal.Error.WriteLine($"timing: {what}"), terminal.Interrupted);
            if (parsed.GetValue(json))
            {
                terminal.Output.WriteLine(result.ToJson());
            }
            else
            {
                terminal.Canvas().Write(BenchTable.Of(result));
            }

            return ExitCode.Done;
        });

        return verb;
    }
}
