using System.ComponentModel;
using System.Diagnostics;

namespace Visalign.Torch.Engines;

/// <summary>Runs a program of the machine and returns what it printed.</summary>
internal static class Tool
{
    /// <returns>Exit status and both streams' text; status -1 when the program is not installed.</returns>
    internal static (int Status, string Output) Run(string program, IEnumerable<string> arguments, params ReadOnlySpan<(string Name, string Value)> variables)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables) start.Environment[name] = value;
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output + errors.GetAwaiter().GetResult());
        }
        catch (Win32Exception)
        {
            return (-1, "");
        }
    }
}
