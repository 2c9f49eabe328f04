using System.ComponentModel;
using System.Diagnostics;
using Visalign.Torch.Engines;

namespace Visalign.Cli.Diagnoses;

/// <summary>Looks for a Python that has PyTorch, without importing it.</summary>
internal static class PythonSearch
{
    private const string Question = """
        import importlib.util, importlib.metadata
        spec = importlib.util.find_spec('torch')
        if spec:
            print(spec.submodule_search_locations[0])
            print(importlib.metadata.version('torch'))
        """;

    private static readonly string[] Interpreters = ["/usr/bin/python3", "python3"];

    /// <summary>One that calls <paramref name="libtorch"/> itself if there is one, else any, else null.</summary>
    internal static PythonTwin? Find(Libtorch? libtorch) =>
        Interpreters.Select(interpreter => Ask(interpreter, libtorch)).OfType<PythonTwin>().OrderByDescending(twin => twin.SameLibtorch).FirstOrDefault();

    private static PythonTwin? Ask(string interpreter, Libtorch? libtorch)
    {
        string[] lines = Run(interpreter).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        return lines is [var folder, var version]
            ? new PythonTwin(interpreter, version, libtorch is not null && Real(Path.Combine(folder, "lib")) == Real(libtorch.Libraries))
            : null;
    }

    /// <summary>Where a folder's libtorch really lies, behind links.</summary>
    private static string Real(string folder)
    {
        string path = Path.Combine(folder, "libtorch_cpu.so");

        return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
    }

    private static string Run(string interpreter)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(interpreter, ["-c", Question]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();

            return output;
        }
        catch (Win32Exception)
        {
            return ""; // no such program
        }
    }
}
