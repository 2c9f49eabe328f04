using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Visalign.Rewards;

/// <summary>How a child process ended.</summary>
/// <param name="ExitCode">Its exit code, or null when it ran out of time and was killed.</param>
/// <param name="Output">Standard output, cut at <see cref="ChildProcess.OutputLimit"/> characters.</param>
/// <param name="LastErrorLine">The last line that is not blank of standard error, or empty.</param>
internal sealed record ChildResult(int? ExitCode, string Output, string LastErrorLine);

/// <summary>Runs a program without a shell, within a time and a size.</summary>
internal static class ChildProcess
{
    /// <summary>Characters of output that are kept; the rest is read and dropped.</summary>
    public const int OutputLimit = 1 << 24;

    /// <summary>Characters of an error line that are kept.</summary>
    private const int ErrorLineLimit = 300;

    /// <summary>Runs a program to its end, or kills it and its children when the time is over.</summary>
    /// <param name="words">The program and its arguments.</param>
    /// <exception cref="InputException">There is no such program, or it may not be run.</exception>
    public static ChildResult Run(IReadOnlyList<string> words, TimeSpan limit, TimeProvider clock) =>
        Task.Run(() => RunAsync(words, limit, clock)).GetAwaiter().GetResult();

    private static async Task<ChildResult> RunAsync(IReadOnlyList<string> words, TimeSpan limit, TimeProvider clock)
    {
        var start = new ProcessStartInfo(words[0], words.Skip(1))
        {
            RedirectStandardInput = true, // closed at once: a program that asks a question must not hang on a terminal
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Start(start);
        process.StandardInput.Close();

        using var expiry = new CancellationTokenSource(limit, clock);
        try
        {
            // Both pipes are drained while waiting: a full one would block the child.
            var output = ReadStart(process.StandardOutput, expiry.Token);
            var errorLine = ReadLastLine(process.StandardError, expiry.Token);
            // A grandchild that outlives the child may hold the pipes open, so the wait itself has a limit too.
            await Task.WhenAll(output, errorLine, process.WaitForExitAsync(expiry.Token)).WaitAsync(expiry.Token);
            return new ChildResult(process.ExitCode, await output, await errorLine);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return new ChildResult(ExitCode: null, Output: "", LastErrorLine: "");
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new UnreachableException();
        }
        catch (Win32Exception cause)
        {
            throw new InputException(
                $"command: '{start.FileName}' cannot be run ({cause.Message}). Give a program on the PATH or a path to one that may be executed.",
                cause);
        }
    }

    private static async Task<string> ReadStart(StreamReader reader, CancellationToken token)
    {
        var text = new StringBuilder();
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer, token) is var count and > 0)
        {
            text.Append(buffer, 0, Math.Min(count, OutputLimit - text.Length));
        }
        return text.ToString();
    }

    private static async Task<string> ReadLastLine(StreamReader reader, CancellationToken token)
    {
        string last = "";
        var line = new StringBuilder();
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer, token) is var count and > 0)
        {
            foreach (char character in buffer.AsSpan(0, count))
            {
                if (character == '\n')
                {
                    last = Later(last, line);
                    line.Clear();
                }
                else if (line.Length < ErrorLineLimit)
                {
                    line.Append(character);
                }
            }
        }
        return Later(last, line);

        static string Later(string last, StringBuilder line) => line.ToString().Trim() is { Length: > 0 } text ? text : last;
    }
}
