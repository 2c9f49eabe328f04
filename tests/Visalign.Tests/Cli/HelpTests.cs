using Visalign.Cli;
using Visalign.Cli.Commands;

namespace Visalign.Tests.Cli;

public sealed class HelpTests
{
    private static readonly Terminal Nowhere = new(TextWriter.Null, TextWriter.Null, CancellationToken.None);

    public static TheoryData<string> Commands => [.. CommandTree.Create(Nowhere).Subcommands.Select(command => command.Name)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Each_command_says_what_it_does_and_ends_in_an_example_of_itself(string command)
    {
        var help = Invocation.Of(command, "--help");

        Assert.Equal((ExitCode.Done, ""), (help.Code, help.Error));
        Assert.Matches($@"^Description:\n  [A-Z].+\.\n", help.Output);
        Assert.Matches($@"\nExample:\n  visalign {command}( .+)?\n$", help.Output);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Each_example_is_understood(string command)
    {
        var verb = Assert.IsType<Verb>(CommandTree.Create(Nowhere).Subcommands.Single(candidate => candidate.Name == command));

        string[] words = [.. System.CommandLine.Parsing.CommandLineParser.SplitCommandLine(verb.Example)];
        var parsed = CommandTree.Parse(words[1..], Nowhere);

        Assert.Null(ParseFaults.Tell(parsed));
        Assert.Equal(command, parsed.CommandResult.Command.Name);
    }

    [Fact]
    public void Without_a_command_the_program_lists_them()
    {
        var alone = Invocation.Of();

        Assert.Equal(Invocation.Of("--help"), alone);
        Assert.Equal(ExitCode.Done, alone.Code);
        Assert.All(CommandTree.Create(Nowhere).Subcommands, command => Assert.Contains($"\n  {command.Name} ", alone.Output, StringComparison.Ordinal));
    }

    [Fact]
    public void Help_is_given_whatever_else_is_wrong()
    {
        Assert.Equal(Invocation.Of("papers", "--help"), Invocation.Of("papers", "--jsn", "a", "b", "--help"));
    }
}
