namespace Visalign.Runs.Recipes;

/// <summary>Reads a text file that a person named.</summary>
internal static class TextFile
{
    /// <summary>The text of a file, as UTF-8.</summary>
    /// <exception cref="InputException">There is no such file, or it cannot be read.</exception>
    public static string Read(string path)
    {
        if (Directory.Exists(path))
        {
            throw new InputException($"{path}: a folder, expected a file.");
        }

        if (!File.Exists(path))
        {
            throw new InputException($"{path}: no such file.{Nearest(path)}");
        }

        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception mistake) when (mistake is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read ({mistake.Message.TrimEnd('.')}).", mistake);
        }
    }

    private static string Nearest(string path)
    {
        string folder = Path.GetDirectoryName(path) is { Length: > 0 } named ? named : ".";
        if (!Directory.Exists(folder))
        {
            return $" There is no folder '{folder}' either.";
        }

        var beside = Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file));
        return NearestName.Among(Path.GetFileName(path), beside) is { } near ? $" Did you mean '{near}'?" : "";
    }
}
