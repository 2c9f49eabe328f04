namespace Visalign.Records;

/// <summary>Reads a text file that a person named.</summary>
internal static class TextFile
{
    private const long LongestFile = 4 << 20;

    /// <summary>The text of a file, as UTF-8.</summary>
    /// <exception cref="InputException">There is no such file, it cannot be read, or it is longer than 4 MiB.</exception>
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
            long length = new FileInfo(path).Length;
            if (length > LongestFile)
            {
                throw new InputException($"{path}: {length} bytes, expected at most {LongestFile}. Is this the right file?");
            }

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
