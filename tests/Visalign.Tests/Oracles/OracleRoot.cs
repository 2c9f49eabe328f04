namespace Visalign.Tests.Oracles;

/// <summary>A folder of cases: exactly <c>SLUG/CASE.safetensors</c> and <c>SLUG/CASE.json</c>; deeper folders are data of cases.</summary>
public static class OracleRoot
{
    /// <summary>The folder that VISALIGN_ORACLES names, else <c>tests/oracles</c> of this project.</summary>
    public static string Path => Named ?? Shipped();

    /// <summary>Whether that is the project's own.</summary>
    public static bool IsShipped => Named is null;

    private static string? Named { get; } = Environment.GetEnvironmentVariable("VISALIGN_ORACLES") is { Length: > 0 } named ? named : null;

    /// <summary>Every case file, ordered by slug and case.</summary>
    /// <exception cref="InputException">There is no such folder, or no case in it.</exception>
    public static IReadOnlyList<string> Cases(string root)
    {
        if (!Directory.Exists(root))
            throw new InputException($"There is no folder '{root}' to read oracle cases from; name one that holds SLUG/CASE.safetensors or SLUG/CASE.json.");
        string[] cases =
        [
            .. from folder in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal)
               from file in Directory.EnumerateFiles(folder).Where(IsCase).Order(StringComparer.Ordinal)
               select file,
        ];
        return cases.Length > 0 ? cases : throw new InputException($"'{root}' holds no oracle case; expected SLUG/CASE.safetensors or SLUG/CASE.json one folder deep.");
    }

    /// <summary>The slug and name of a case file, <c>SLUG/CASE.safetensors</c>.</summary>
    public static string NameOf(string path) => $"{SlugOf(path)}/{System.IO.Path.GetFileName(path)}";

    /// <summary>The folder a case file lies in.</summary>
    public static string SlugOf(string path) => System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);

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
