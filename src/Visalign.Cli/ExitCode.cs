namespace Visalign.Cli;

/// <summary>What the program tells the shell; stable for other programs.</summary>
public static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Anything that is neither done, nor the user's mistake, nor an interruption.</summary>
    public const int Failed = 1;

    /// <summary>The arguments, or something they name, cannot be used as they are.</summary>
    public const int BadInput = 2;

    /// <summary>Ctrl-C, as shells count it: 128 + SIGINT.</summary>
    public const int Interrupted = 130;
}
