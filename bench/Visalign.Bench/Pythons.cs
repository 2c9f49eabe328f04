using Visalign.Torch.Engines;

namespace Visalign.Bench;

/// <summary>Finds the Pythons of this machine that have PyTorch.</summary>
internal static class Pythons
{
    private const string Question = """
        import importlib.util as u
        s = u.find_spec('torch')
        print(s.submodule_search_locations[0] if s else '')
        """;

    /// <summary>Interpreters in the search path, in an active environment and where pyenv and conda keep theirs, in this order.</summary>
    internal static IReadOnlyList<string> Usual()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        IEnumerable<string> folders = [.. Named("VIRTUAL_ENV"), .. Named("CONDA_PREFIX"), .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries),
            "/usr/bin", "/usr/local/bin", .. Below(home, ".pyenv/versions"), .. Below(home, "miniconda3/envs"), .. Below(home, "anaconda3/envs")];
        return [.. folders.Select(folder => Path.Combine(folder, "python3")).Where(File.Exists).Distinct(StringComparer.Ordinal)];

        static IEnumerable<string> Named(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } root ? [Path.Combine(root, "bin")] : [];
        static IEnumerable<string> Below(string home, string folder) =>
            Directory.Exists(Path.Combine(home, folder)) ? Directory.EnumerateDirectories(Path.Combine(home, folder)).Order(StringComparer.Ordinal).Select(one => Path.Combine(one, "bin")) : [];
    }

    /// <summary>Those that have PyTorch, one for each installation of it.</summary>
    /// <param name="interpreters">Whom to ask, the preferred first.</param>
    internal static IReadOnlyList<string> WithTorch(IEnumerable<string> interpreters)
    {
        HashSet<string> seen = [];
        List<string> found = [];
        foreach (string interpreter in interpreters)
        {
            var (status, output) = Tool.Run(interpreter, ["-c", Question]);
            string folder = output.Trim();
            if (status == 0 && Path.IsPathRooted(folder) && seen.Add(Path.GetFullPath(folder))) found.Add(interpreter);
        }
        return found;
    }
}
