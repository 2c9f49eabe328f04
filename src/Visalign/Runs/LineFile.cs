using Visalign.Torch.Files;

namespace Visalign.Runs;

/// <summary>An append-only text file of one process: a line with each write, cut back where a run goes on from an earlier point.</summary>
internal sealed class LineFile(IFileStorage storage, string path) : IDisposable
{
    private Stream? _stream;

    /// <summary>Bytes in the file.</summary>
    public long Length { get; private set; } = File.Exists(path) ? new FileInfo(path).Length : 0;

    /// <summary>Reads the lines of such a file, also while a run is writing it; a last line without its end is left out.</summary>
    /// <exception cref="InputException">The file is missing.</exception>
    public static IEnumerable<string> Read(string path)
    {
        if (!File.Exists(path))
            throw new InputException($"{path}: there is no such file; check the path of the run folder.");
        using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return file.ReadToEnd().Split('\n')[..^1];
    }

    /// <summary>Appends a line with one write.</summary>
    /// <param name="line">UTF-8, its end included.</param>
    public void Append(ReadOnlySpan<byte> line)
    {
        _stream ??= storage.Append(path);
        _stream.Write(line);
        Length += line.Length;
    }

    /// <summary>Returns once every line so far would survive a power cut.</summary>
    public void Sync()
    {
        if (_stream is not null)
            storage.Sync(_stream);
    }

    /// <summary>Drops everything past the first <paramref name="length"/> bytes.</summary>
    public void CutTo(long length)
    {
        if (length == Length)
            return;
        storage.Truncate(path, length);
        Length = length;
    }

    /// <summary>Drops a last line that has no end because its writer was killed.</summary>
    public void DropTornLine()
    {
        byte[] bytes = File.ReadAllBytes(path);
        CutTo(bytes.AsSpan().LastIndexOf((byte)'\n') + 1);
    }

    /// <inheritdoc/>
    public void Dispose() => _stream?.Dispose();
}
