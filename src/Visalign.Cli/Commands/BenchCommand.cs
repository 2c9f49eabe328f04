using System.CommandLine;
using Visalign.Bench;
using Visalign.Cli.Views;

namespace Visalign.Cli.Commands;

/// <summary><c>visalign bench</c>: the engine's speed beside PyTorch's.</summary>
internal static class BenchCommand
{
    internal static Verb Create(Terminal terminal)
    {
        var names = new Argument<string[]>("NAME") { Description = $"Workloads, all unless given: {string.Join(", ", Benchmark.Names)}.", Arity = ArgumentArity.ZeroOrMore };
        var quick = new Option<bool>("--quick") { Description = $"{Benchmark.QuickRepeats} repeats in place of {Benchmark.Repeats}." };
        var json = new Option<bool>("--json") { Description = "Print a JSON object and nothing else." };
        var verb = new Verb("bench", "Times the engine beside the same work in Python on the same libtorch, BLAS and threads.", "visalign bench --quick transformer-step") { names, quick, json };
        verb.SetAction(parsed =>
        {
            int repeats = parsed.GetValue(quick) ? Benchmark.QuickRepeats : Benchmark.Repeats;
            var result = Benchmark.Run(parsed.GetValue(names)!, repeats, what => terminal.Error.WriteLine($"timing: {what}"), terminal.Interrupted);
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
