namespace Visalign.Torch.Files;

/// <summary>Files that are there whole or not at all.</summary>
public static class AtomicWrites
{
    /// <summary>What a file under construction ends in; leftovers of a killed process are safe to delete.</summary>
    public const string PartialEnding = ".partial";

    /// <summary>Writes a file beside its place, syncs it, renames it into place and syncs the folder.</summary>
    /// <remarks>
    /// Killed at any instant, the path holds its old content or its new content, never a mixture; at worst a leftover
    /// with <see cref="PartialEnding"/> stays behind. After a failed write the leftover is removed, for the space.
    /// </remarks>
    /// <param name="path">Where the file shall be; its folder exists.</param>
    /// <param name="write">Writes the whole content.</param>
    public static void Replace(this IFileStorage storage, string path, Action<Stream> write)
    {
        string partial = path + PartialEnding;
        try
        {
            using (var stream = storage.Create(partial))
            {
                write(stream);
                storage.Sync(stream);
            }
            storage.Rename(partial, path);
        }
        catch
        {
            RemoveLeftover(storage, partial);
            throw;
        }
        storage.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    private static void RemoveLeftover(IFileStorage storage, string partial)
    {
        try
        {
            storage.Delete(partial);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The first failure tells the story; a folder that refuses the write may well refuse this too.
        }
    }
}
