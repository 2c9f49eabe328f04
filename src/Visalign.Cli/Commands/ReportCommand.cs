using System.CommandLine;
using System.Text;
using Visalign.Pictures;
using Visalign.Runs;
using Visalign.Studies;

namespace Visalign.Cli.Commands;

/// <summary><c>visalign report</c>: the report of a finished run, drawn again from its folder.</summary>
internal static class ReportCommand
{
    internal static Verb Create(Terminal terminal)
    {
        var run = new Argument<string>("RUN") { Description = "The folder of the run." };
        var verb = new Verb("report", "Draws the report of a finished run again and prints where it is.", "visalign report runs/flow-grpo-1-20250131-235959") { run };
        verb.SetAction(parsed =>
        {
            var kept = KeptRun.Open(parsed.GetRequiredValue(run));
            AtomicFile.Write(kept.ReportFile, Encoding.UTF8.GetBytes(AlignmentReport.Draw(kept)));
            terminal.Output.WriteLine(Path.GetFullPath(kept.ReportFile));

            return ExitCode.Done;
        });

        return verb;
    }
}
