using System.CommandLine;
using Visalign.AdapterFiles;
using Visalign.Runs;

namespace Visalign.Cli.Commands;

/// <summary><c>visalign export</c>: what a run learned, as a file that other programs load.</summary>
internal static class ExportCommand
{
    internal static Verb Create(Terminal terminal)
    {
        var run = new Argument<string>("RUN") { Description = "The folder of a finished run that trained a low-rank adapter." };
        var file = new Option<string>("--out") { Description = "The .safetensors file to write; a folder for 'peft'.", HelpName = "FILE", Required = true };
        var format = new Option<LoraFormat>("--format")
        {
            Description = "Who shall read it: diffusers (the default), peft or kohya.",
            HelpName = "FORMAT",
            DefaultValueFactory = _ => LoraFormat.Diffusers,
        };
        var verb = new Verb("export", "Writes the low-rank adapter of a run for other programs.", "visalign export runs/flow-grpo-1-20250131-235959 --out lora.safetensors") { run, file, format };
        verb.SetAction(parsed =>
        {
            using var policy = Policy.OfRun(parsed.GetRequiredValue(run));
            policy.Export(parsed.GetRequiredValue(file), parsed.GetValue(format));
            terminal.Output.WriteLine(Path.GetFullPath(parsed.GetRequiredValue(file)));

            return ExitCode.Done;
        });

        return verb;
    }
}
