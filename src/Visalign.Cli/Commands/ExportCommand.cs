using System.CommandLine;
using System.Globalization;
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
        var format = ChoiceOption.Optional<LoraFormat>("--format", "Who shall read it; diffusers unless given.");
        var verb = new Verb("export", "Writes the low-rank adapter of a run for other programs.", "visalign export runs/flow-grpo-1-20250131-235959 --out lora.safetensors") { run, file, format };
        verb.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(file);
            var reader = parsed.GetValue(format) ?? LoraFormat.Diffusers;
            LoraPath.Check(path, reader);
            using var policy = Policy.OfRun(parsed.GetRequiredValue(run));
            policy.Export(path, reader);
            terminal.Output.WriteLine(Path.GetFullPath(path));
            // The file says nothing of guidance, and over the model alone the model's own scale would be taken.
            terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"The run's guidance scale is {policy.GuidanceScale}: visalign sample PROMPT --model {policy.Recipe!.Model} --lora {path} --guidance {policy.GuidanceScale}"));

            return ExitCode.Done;
        });

        return verb;
    }
}
