using Visalign.Torch.Files;

namespace Visalign.Pretraining;

/// <summary>A folder that is made beside its place and gets its name when it is whole.</summary>
internal sealed class DraftFolder
{
    private readonly string _target;

    private DraftFolder(string target, string path, bool isContinued) => (_target, Path, IsContinued) = (target, path, isContinued);

    /// <summary>Where the files go: the target's name with <see cref="AtomicWrites.PartialEnding"/>.</summary>
    internal string Path { get; }

    /// <summary>Whether an interrupted process left it.</summary>
    internal bool IsContinued { get; }

    /// <summary>Makes the draft.</summary>
    /// <param name="target">A folder that is missing or empty.</param>
    /// <param name="continued">A draft that an interrupted process left, to go on in; null for none.</param>
    /// <exception cref="InputException">Something is in the way, or the disk refuses.</exception>
    internal static DraftFolder Begin(string target, string? continued)
    {
        target = System.IO.Path.TrimEndingDirectorySeparator(target);
        string path = target + AtomicWrites.PartialEnding;
        if (File.Exists(target))
            throw new InputException($"--out {target}: this is a file; choose a folder that is not there yet.");
        if (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())
            throw new InputException($"--out {target}: this folder is not empty; choose one that is not there yet.");
        bool own = continued is not null && System.IO.Path.GetFullPath(System.IO.Path.TrimEndingDirectorySeparator(continued)) == System.IO.Path.GetFullPath(path);
        if (System.IO.Path.Exists(path) && !own)
            throw new InputException($"{path}: an interrupted pretraining left this; {(Directory.EnumerateFiles(path, "*.safetensors", SearchOption.AllDirectories).Any() ? $"go on from its autoencoder by --vae {path}, or " : "")}delete it.");
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"--out {target}: the folder cannot be made ({fault.Message}); choose one on a disk that has room and can be written.", fault);
        }
        return new(target, path, own);
    }

    /// <summary>A file in it.</summary>
    internal string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Gives the folder its name.</summary>
    internal void Finish()
    {
        if (Directory.Exists(_target)) Directory.Delete(_target); // empty, or this fails and the draft stays
        Directory.Move(Path, _target);
        new DiskStorage().SyncFolder(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(_target))!);
    }

    /// <summary>Removes it.</summary>
    internal void Discard() => Directory.Delete(Path, recursive: true);
}
