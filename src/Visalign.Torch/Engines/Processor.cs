namespace Visalign.Torch.Engines;

/// <summary>What the operating system says of the processor.</summary>
public static class Processor
{
    private static readonly Lazy<Dictionary<string, string>> Facts = new(Read);

    /// <summary>The model name, such as <c>AMD EPYC</c>.</summary>
    public static string Model => Facts.Value.GetValueOrDefault("model name", "unknown processor");

    /// <summary>Whether it has an instruction set, by the kernel's name such as <c>avx512f</c>.</summary>
    public static bool Has(string flag) => Flags.Contains(flag);

    /// <summary>Tells processors apart for which code is compiled or measured differently.</summary>
    public static string Signature => $"{Model}/{Facts.Value.GetValueOrDefault("cpu family")}/{Facts.Value.GetValueOrDefault("model")}/{string.Join(' ', Flags.Order(StringComparer.Ordinal))}";

    private static HashSet<string> Flags => [.. Facts.Value.GetValueOrDefault("flags", "").Split(' ', StringSplitOptions.RemoveEmptyEntries)];

    private static Dictionary<string, string> Read()
    {
        Dictionary<string, string> facts = [];
        if (!File.Exists("/proc/cpuinfo")) return facts;
        foreach (string line in File.ReadLines("/proc/cpuinfo"))
        {
            if (line.Length == 0) break;
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0) facts[line[..colon].Trim()] = line[(colon + 1)..].Trim();
        }
        return facts;
    }
}
