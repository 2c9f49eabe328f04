using Visalign.Torch.Files;

namespace Visalign.Tests.Runs;

/// <summary>The disk, until it is told to refuse every write with one exception.</summary>
public sealed class RefusingStorage : IFileStorage
{
    private readonly DiskStorage _disk = new();

    /// <summary>What every write throws from now on, or null.</summary>
    public Exception? Refusal { get; set; }

    public void CreateFolder(string path) => Try().CreateFolder(path);
    public Stream Create(string path) => Try().Create(path);
    public Stream Append(string path) => Try().Append(path);
    public void Sync(Stream stream) => Try().Sync(stream);
    public void SyncFolder(string path) => Try().SyncFolder(path);
    public void Rename(string path, string newPath) => Try().Rename(path, newPath);
    public void Truncate(string path, long length) => Try().Truncate(path, length);
    public void Delete(string path) => Try().Delete(path);
    public IDisposable? Lock(string path) => Try().Lock(path);

    private DiskStorage Try() => Refusal is null ? _disk : throw Refusal;
}
