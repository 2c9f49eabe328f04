using Visalign.Cli;

namespace Visalign.Tests.Cli;

/// <summary>What a command line did.</summary>
public sealed record Invocation(int Code, string Output, string Error)
{
    /// <summary>Runs the program in this process.</summary>
    public static Invocation Of(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = CommandLineProgram.Run(arguments, output, error);

        return new Invocation(code, output.ToString(), error.ToString());
    }
}
