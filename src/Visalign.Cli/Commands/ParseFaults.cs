using System.CommandLine;
using System.CommandLine.Parsing;
using Visalign.Records;

namespace Visalign.Cli.Commands;

/// <summary>Says what is wrong with arguments, and what was probably meant.</summary>
internal static class ParseFaults
{
    /// <summary>A line for each fault and one about help, or null when there is none.</summary>
    internal static string? Tell(ParseResult parsed)
    {
        if (parsed.Action is HelpWithExample)
        {
            return null;
        }

        // Only the first unknown word is told: those after it are mostly its consequences.
        string? unknown = MisspelledOption(parsed) ?? (parsed.UnmatchedTokens is [var first, ..] ? first : null);
        string[] faults = unknown is null ? [.. parsed.Errors.Select(error => error.Message)] : [Unknown(unknown, parsed.CommandResult.Command)];

        return faults.Length == 0 ? null : string.Join('\n', [.. faults, $"'{Path(parsed)} --help' tells more."]);
    }

    /// <summary>An option that was taken for an argument because no option has its name; after <c>--</c> all are arguments.</summary>
    private static string? MisspelledOption(ParseResult parsed) =>
        parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash)
            ? null
            : parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value)
                .FirstOrDefault(value => value is ['-', not (>= '0' and <= '9' or '.'), ..]);

    private static string Unknown(string token, Command command)
    {
        if (token.StartsWith('-'))
        {
            string[] options = [.. command.Options.Concat(Inherited(command)).Select(option => option.Name)];
            return $"'{command.Name}' has no option '{token}'. {NearestName.Hint(token, options, "Its options")}";
        }

        string[] commands = [.. command.Subcommands.Select(subcommand => subcommand.Name)];
        return commands.Length > 0
            ? $"No command is called '{token}'. {NearestName.Hint(token, commands, "Commands")}"
            : $"'{command.Name}' does not expect '{token}'. Quote a text of several words.";
    }

    private static IEnumerable<Option> Inherited(Command command) =>
        command.Parents.OfType<Command>().SelectMany(parent => parent.Options).Where(option => option.Recursive);

    private static string Path(ParseResult parsed)
    {
        var (root, command) = (parsed.RootCommandResult.Command, parsed.CommandResult.Command);

        return command == root ? root.Name : $"{root.Name} {command.Name}";
    }
}
