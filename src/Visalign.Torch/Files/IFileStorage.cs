namespace Visalign.Torch.Files;

/// <summary>The few file operations that everything durable is built from.</summary>
/// <remarks>
/// Each call is one step a process can die between, so a test may put itself between any two of them, or inside one
/// write. Paths are ordinary file-system paths. Implementations throw <see cref="IOException"/> or
/// <see cref="UnauthorizedAccessException"/> where the file system refuses.
/// </remarks>
public interface IFileStorage
{
    /// <summary>Makes a folder and its parents; nothing happens where it exists.</summary>
    void CreateFolder(string path);

    /// <summary>Opens a file for writing from its beginning, empty, replacing what was there.</summary>
    /// <returns>An unbuffered stream: what <see cref="Stream.Write(ReadOnlySpan{byte})"/> took is with the operating system.</returns>
    Stream Create(string path);

    /// <summary>Opens a file for writing at its end, making it where it is missing.</summary>
    /// <returns>An unbuffered stream, as from <see cref="Create"/>.</returns>
    Stream Append(string path);

    /// <summary>Returns once the bytes written through <paramref name="stream"/> would survive a power cut.</summary>
    /// <param name="stream">A stream this storage opened.</param>
    void Sync(Stream stream);

    /// <summary>Returns once the names in a folder (files made, renamed, deleted) would survive a power cut.</summary>
    void SyncFolder(string path);

    /// <summary>Gives a file another name in one step, replacing a file of that name.</summary>
    void Rename(string path, string newPath);

    /// <summary>Cuts a file to its first <paramref name="length"/> bytes and syncs it.</summary>
    void Truncate(string path, long length);

    /// <summary>Deletes a file; nothing happens where it is missing.</summary>
    void Delete(string path);

    /// <summary>Holds a file against every other process until disposed or the process ends, however it ends.</summary>
    /// <returns>The hold, or null when somebody else has it.</returns>
    IDisposable? Lock(string path);
}
