namespace Visalign.Torch.Files;

/// <summary>Looks at a path that a command is to write to, before anything is computed.</summary>
public static class OutputPath
{
    /// <summary>Refuses what cannot be a file.</summary>
    /// <param name="path">As <c>--out</c> gave it.</param>
    /// <exception cref="InputException">It is a folder, or in a folder that is not there.</exception>
    public static void CheckFile(string path)
    {
        if (Directory.Exists(path))
            throw new InputException($"--out {path}: this is a folder; name a file in it.");
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder))
            throw new InputException($"--out {path}: there is no folder '{folder}'; make it, or name another.");
    }
}
