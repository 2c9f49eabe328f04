using System.CommandLine;

namespace Visalign.Cli.Commands;

/// <summary><c>visalign resume</c>: an interrupted run, from where it stopped to its report.</summary>
internal static class ResumeCommand
{
    internal static Verb Create(Terminal terminal)
    {
        var run = new Argument<string>("RUN") { Description = "The folder of the run." };
        var processes = AlignmentOptions.ProcessesOption();
        var json = AlignmentOptions.JsonOption();
        var verb = new Verb("resume", "Goes on with a run that was interrupted or killed, to the bit as if it had not been.", "visalign resume runs/flow-grpo-1-20250131-235959")
        {
            run, processes, json,
        };
        verb.SetAction(parsed => Alignment.Resume(terminal, parsed.GetRequiredValue(run), parsed.GetValue(processes), parsed.GetValue(json), Alignment.Words(parsed)));

        return verb;
    }
}
