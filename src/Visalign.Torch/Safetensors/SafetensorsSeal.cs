using System.Security.Cryptography;

namespace Visalign.Torch.Safetensors;

/// <summary>A checksum inside the file it protects: one more array, last in the data, with the hash of all bytes before it.</summary>
/// <remarks>
/// Any safetensors reader opens a sealed file and sees the array <c>sha256</c>, 32 unsigned bytes. Header, texts
/// and numbers are all under the seal.
/// </remarks>
public static class SafetensorsSeal
{
    /// <summary>The name of the array with the checksum.</summary>
    public const string Name = "sha256";

    /// <summary>Writes a sealed file's content in one pass.</summary>
    /// <inheritdoc cref="SafetensorsWriter.Save"/>
    public static void Write(
        Stream stream, IReadOnlyDictionary<string, StoredArray> arrays, IReadOnlyDictionary<string, string>? metadata = null)
    {
        if (arrays.ContainsKey(Name))
            throw new ArgumentException($"No array of a sealed file can be named {Name}: its checksum has that name.");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var hashing = new HashingStream(stream, hash);
        var seal = StoredArray.Late(StoredType.UInt8, hash.GetCurrentHash, SHA256.HashSizeInBytes);
        SafetensorsWriter.WriteInOrder(hashing, [.. SafetensorsWriter.Ordered(arrays), new(Name, seal)], metadata);
    }

    /// <summary>Whether a file's seal matches its bytes; false too where it is too short to have one.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static bool Holds(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        long left = file.Length - SHA256.HashSizeInBytes;
        if (left < 0)
            return false;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] block = new byte[1 << 20];
        while (left > 0)
        {
            int read = file.Read(block, 0, (int)Math.Min(left, block.Length));
            if (read == 0)
                return false;
            hash.AppendData(block, 0, read);
            left -= read;
        }
        byte[] seal = new byte[SHA256.HashSizeInBytes];
        return file.ReadAtLeast(seal, seal.Length, throwOnEndOfStream: false) == seal.Length
            && hash.GetHashAndReset().AsSpan().SequenceEqual(seal);
    }

    /// <summary>Hashes what passes through.</summary>
    private sealed class HashingStream(Stream target, IncrementalHash hash) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            hash.AppendData(buffer);
            target.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
        public override void Flush() => target.Flush();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
