using System.CommandLine;
using System.CommandLine.Help;

namespace Visalign.Cli.Commands;

/// <summary>All commands, by name.</summary>
internal static class CommandTree
{
    /// <summary>Reads arguments; an argument that begins with <c>@</c> is no response file, prompts may.</summary>
    internal static ParseResult Parse(IReadOnlyList<string> arguments, Terminal terminal) =>
        Create(terminal).Parse(arguments, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });

    /// <summary>The program itself, which without a command prints its help.</summary>
    internal static Verb Create(Terminal terminal)
    {
        var help = new HelpWithExample();
        var root = new Verb("visalign", "Aligns image generators with rewards and preferences: the list of papers that runs.", "visalign papers flow-grpo")
        {
            new HelpOption { Action = help },
            new VersionOption { Action = new PrintVersion() },
            AlignCommand.Create(terminal),
            ArenaCommand.Create(terminal),
            DemoCommand.Create(terminal),
            DoctorCommand.Create(terminal),
            PapersCommand.Create(terminal),
            ReportCommand.Create(terminal),
            ReproduceCommand.Create(terminal),
            ResumeCommand.Create(terminal),
            SchemaCommand.Create(terminal),
            SampleCommand.Create(terminal),
            EvaluateCommand.Create(terminal),
            ExportCommand.Create(terminal),
            PretrainCommand.Create(terminal),
            BenchCommand.Create(terminal),
        };
        root.SetAction(help.Invoke);

        return root;
    }
}
