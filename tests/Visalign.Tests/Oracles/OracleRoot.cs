namespace Visalign.Tests.Oracles;

/// <summary>Where the cases are: the folder VISALIGN_ORACLES names, else <c>tests/oracles</c> of this project.</summary>
public static class OracleRoot
{
    /// <summary>The folder of all cases.</summary>
    public static string Path { get; } = Environment.GetEnvironmentVariable("VISALIGN_ORACLES") ?? Shipped();

    /// <summary>Every slug that has a folder, sorted.</summary>
    public static IEnumerable<string> Slugs =>
        Directory.EnumerateDirectories(Path).Select(folder => System.IO.Path.GetFileName(folder)).Order(StringComparer.Ordinal);

    /// <summary>The case files of a slug: exactly <c>SLUG/CASE.safetensors</c> and <c>SLUG/CASE.json</c>, sorted.</summary>
    public static IEnumerable<string> Cases(string slug) =>
        Directory.EnumerateFiles(System.IO.Path.Combine(Path, slug)).Where(IsCase).Order(StringComparer.Ordinal);

    private static bool IsCase(string path) =>
        (path.EndsWith(".safetensors", StringComparison.Ordinal) && !path.EndsWith(".lora.safetensors", StringComparison.Ordinal))
        || (path.EndsWith(".json", StringComparison.Ordinal) && !path.EndsWith(".tokenizer.json", StringComparison.Ordinal));

    private static string Shipped()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = System.IO.Path.Combine(folder.FullName, "tests", "oracles");
            if (Directory.Exists(candidate))
                return candidate;
        }
        throw new DirectoryNotFoundException("No tests/oracles above the test binaries; set VISALIGN_ORACLES to a folder of cases.");
    }
}
