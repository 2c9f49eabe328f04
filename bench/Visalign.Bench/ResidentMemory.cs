using System.Globalization;

namespace Visalign.Bench;

/// <summary>This process's memory as Linux counts it.</summary>
internal static class ResidentMemory
{
    /// <summary>Bytes at the height of three runs above those at the start; right only in a process that did nothing else before.</summary>
    internal static long HeightOf(Func<Prepared> prepare)
    {
        File.WriteAllText("/proc/self/clear_refs", "5");  // the height so far is forgotten
        long before = Read("VmRSS:");
        var prepared = prepare();
        for (int i = 0; i < 3; i++) prepared.Run();
        return Read("VmHWM:") - before;
    }

    private static long Read(string field) =>
        long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal)).Split(' ', '\t').First(word => word.Length > 0 && char.IsAsciiDigit(word[0])), CultureInfo.InvariantCulture) * 1024;
}
