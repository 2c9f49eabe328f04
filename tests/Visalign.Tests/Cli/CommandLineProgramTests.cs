using Visalign.Cli;

namespace Visalign.Tests.Cli;

public sealed class CommandLineProgramTests
{
    [Theory]
    [InlineData("papres", "No command is called 'papres'. Did you mean 'papers'?\n'visalign --help' tells more.\n")]
    [InlineData("papers --jsn", "'papers' has no option '--jsn'. Did you mean '--json'?\n'visalign papers --help' tells more.\n")]
    [InlineData("papers flow-grpo ddpo", "'papers' does not expect 'ddpo'. Quote a text of several words.\n'visalign papers --help' tells more.\n")]
    [InlineData("doctor --bibtex", "'doctor' has no option '--bibtex'. Its options: --json, --schemas, --help.\n'visalign doctor --help' tells more.\n")]
    [InlineData("papers flow-grop", "No paper is called 'flow-grop'. Did you mean 'flow-grpo'?\n")]
    [InlineData("papers --json --bibtex", "papers: found both --json and --bibtex, expected one of them. Run it twice.\n")]
    public void Bad_input_is_told_with_what_was_probably_meant(string arguments, string sentence)
    {
        var invocation = Invocation.Of(arguments.Split(' '));

        Assert.Equal(new Invocation(ExitCode.BadInput, "", sentence), invocation);
    }

    [Fact]
    public void An_interruption_ends_with_130()
    {
        using StringWriter output = new(), error = new();

        int code = CommandLineProgram.Run(["papers"], output, error, new CancellationToken(canceled: true));

        Assert.Equal((130, "", "Interrupted.\n"), (code, output.ToString(), error.ToString()));
    }

    [Fact]
    public void Anything_else_ends_with_1_and_a_line_without_a_stack_trace()
    {
        using StringWriter error = new();
        using var full = new FullDisk();

        int code = CommandLineProgram.Run(["papers", "--json"], full, error);

        Assert.Equal(1, code);
        Assert.Equal("IOException: No space left on device\nVISALIGN_DEBUG=1 shows where, 'visalign doctor' examines this machine.\n", error.ToString());
    }

    [Fact]
    public void The_version_is_three_numbers()
    {
        var invocation = Invocation.Of("--version");

        Assert.Equal((ExitCode.Done, ""), (invocation.Code, invocation.Error));
        Assert.Matches(@"^\d+\.\d+\.\d+\n$", invocation.Output);
    }

    private sealed class FullDisk : StringWriter
    {
        public override void WriteLine(string? value) => throw new IOException("No space left on device");
    }
}
