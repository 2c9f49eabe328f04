using Visalign.Torch.Files;

namespace Visalign.Tests.Runs;

/// <summary>Thrown where the process would have died.</summary>
public sealed class KilledException() : Exception("killed");

/// <summary>
/// A real folder whose writer dies at a chosen operation or byte. After a kill everything handed to the operating
/// system stays; after a power cut, bytes and names that were not synced are lost at random.
/// </summary>
public sealed class CrashingStorage(long dieAtOperation = long.MaxValue, long dieAtByte = long.MaxValue) : IFileStorage
{
    private readonly DiskStorage _disk = new();
    private readonly Dictionary<string, long> _unsyncedFrom = [];
    private readonly List<(string Folder, Action Undo)> _unsyncedNames = [];
    private bool _dead;

    /// <summary>Operations so far.</summary>
    public long Operations { get; private set; }

    /// <summary>Bytes written so far.</summary>
    public long Bytes { get; private set; }

    public void CreateFolder(string path)
    {
        Step();
        _disk.CreateFolder(path);
    }

    public Stream Create(string path)
    {
        Step();
        if (!File.Exists(path))
            _unsyncedNames.Add((Path.GetDirectoryName(path)!, () => File.Delete(path)));
        _unsyncedFrom[path] = 0;
        return new DyingStream(this, path, _disk.Create(path));
    }

    public Stream Append(string path)
    {
        Step();
        _unsyncedFrom.TryAdd(path, new FileInfo(path).Length);
        return new DyingStream(this, path, _disk.Append(path));
    }

    public void Sync(Stream stream)
    {
        Step();
        _unsyncedFrom[((DyingStream)stream).Path] = ((DyingStream)stream).Written;
    }

    public void SyncFolder(string path)
    {
        Step();
        _unsyncedNames.RemoveAll(change => change.Folder == path);
    }

    public void Rename(string path, string newPath)
    {
        Step();
        byte[]? replaced = File.Exists(newPath) ? File.ReadAllBytes(newPath) : null;
        _unsyncedNames.Add((Path.GetDirectoryName(path)!, () =>
        {
            File.Move(newPath, path);
            if (replaced is not null)
                File.WriteAllBytes(newPath, replaced);
        }));
        _disk.Rename(path, newPath);
        if (_unsyncedFrom.Remove(path, out long from))
            _unsyncedFrom[newPath] = from;
    }

    public void Truncate(string path, long length)
    {
        Step();
        using var file = File.OpenWrite(path);
        file.SetLength(length);
        _unsyncedFrom.Remove(path);
    }

    public void Delete(string path)
    {
        Step();
        if (!File.Exists(path))
            return;
        byte[] content = File.ReadAllBytes(path);
        _unsyncedNames.Add((Path.GetDirectoryName(path)!, () => File.WriteAllBytes(path, content)));
        _disk.Delete(path);
    }

    public IDisposable? Lock(string path)
    {
        Step();
        return _disk.Lock(path);
    }

    /// <summary>Loses what a power cut may lose: of every folder the latest changes of names, of every file its unsynced end.</summary>
    public void CutPower(Random random)
    {
        foreach (var folder in _unsyncedNames.GroupBy(change => change.Folder))
        {
            // A journal loses its latest entries, however many, but never one from the middle.
            foreach (var (_, undo) in Enumerable.Reverse(folder).Take(random.Next(folder.Count() + 1)))
                undo();
        }
        foreach (var (path, from) in _unsyncedFrom)
        {
            if (!File.Exists(path))
                continue;
            using var file = File.OpenWrite(path);
            if (file.Length > from)
                file.SetLength(random.NextInt64(from, file.Length + 1));
        }
    }

    private void Step()
    {
        if (_dead || Operations == dieAtOperation)
        {
            _dead = true;
            throw new KilledException();
        }
        Operations++;
    }

    private sealed class DyingStream(CrashingStorage storage, string path, Stream target) : Stream
    {
        public string Path => path;
        public long Written => target.Position;
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            storage.Step();
            long left = storage.DieAtByte - storage.Bytes;
            target.Write(buffer[..(int)Math.Min(left, buffer.Length)]);
            storage.Bytes += Math.Min(left, buffer.Length);
            storage._dead = left < buffer.Length;
            if (storage._dead)
                throw new KilledException();
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
        public override void Flush() { }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                target.Dispose();
            base.Dispose(disposing);
        }
    }

    private long DieAtByte => dieAtByte;
}
