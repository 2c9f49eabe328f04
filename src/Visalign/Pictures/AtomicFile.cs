using Visalign.Torch.Files;

namespace Visalign.Pictures;

/// <summary>Writes a whole file or nothing.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Writes to a neighbor file, flushes it to the disk and renames it, so that a reader or a crash sees the old
    /// file or the new one, never half of it.
    /// </summary>
    /// <exception cref="InputException">The folder is missing, or may not be written, or the disk is full.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var bytes = content.ToArray();
        try
        {
            new DiskStorage().Replace(path, stream => stream.Write(bytes));
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be written ({cause.Message}). Give a folder that exists and may be written.", cause);
        }
    }
}
