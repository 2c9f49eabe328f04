using FsCheck.Xunit;
using Visalign.Tests.Oracles;
using Visalign.Torch.Safetensors;

namespace Visalign.Tests.Safetensors;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory] // Both were written by the reference library.
    [InlineData("good-dtypes.safetensors")]
    [InlineData("good-names.safetensors")]
    [InlineData("good-large-rank.safetensors")]
    public void Rewriting_a_file_of_the_reference_writer_gives_its_bytes(string name)
    {
        string path = Path.Combine(OracleRoot.Path, "io-safetensors", "files", name);
        using var file = SafetensorsFile.Open(path);
        var arrays = file.Entries.Values.ToDictionary(
            entry => entry.Name, entry => StoredArray.OfBytes(entry.Type, file.Bytes(entry.Name).ToArray(), [.. entry.Shape]));

        SafetensorsWriter.Save(_folder[name], arrays, file.Metadata);

        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(_folder[name]));
    }

    [Property(MaxTest = 200)]
    public bool What_is_written_is_read_back_and_order_does_not_matter((string, double[])[] arrays, (string, string)[] texts)
    {
        static bool IsText(string? text) => text is not null && !text.Any(char.IsSurrogate);
        var stored = arrays.Where(array => IsText(array.Item1) && array.Item2 is not null).DistinctBy(array => array.Item1).ToList();
        var metadata = texts.Where(text => IsText(text.Item1) && IsText(text.Item2)).DistinctBy(text => text.Item1)
            .ToDictionary(text => text.Item1, text => text.Item2);
        var forward = stored.ToDictionary(array => array.Item1, array => StoredArray.Of(array.Item2, array.Item2.Length));
        var backward = Enumerable.Reverse(stored).ToDictionary(array => array.Item1, array => StoredArray.Of(array.Item2, array.Item2.Length));
        using var first = new MemoryStream();
        using var second = new MemoryStream();

        SafetensorsWriter.Write(first, forward, metadata);
        SafetensorsWriter.Write(second, backward, metadata.Reverse().ToDictionary());
        File.WriteAllBytes(_folder["a.safetensors"], first.ToArray());
        using var file = SafetensorsFile.Open(_folder["a.safetensors"]);

        return first.ToArray().AsSpan().SequenceEqual(second.ToArray())
            && file.Metadata!.OrderBy(text => text.Key).SequenceEqual(metadata.OrderBy(text => text.Key))
            && file.Entries.Count == stored.Count
            && stored.All(array => StoredNumbers.ToDoubles(StoredType.Float64, file.Bytes(array.Item1)).SequenceEqual(array.Item2));
    }

    [Fact]
    public void A_failing_write_leaves_the_old_file_and_nothing_else()
    {
        var good = new Dictionary<string, StoredArray> { ["a"] = StoredArray.Of([1f], 1) };
        var failing = new Dictionary<string, StoredArray>
        {
            ["a"] = StoredArray.Of([2f], 1),
            ["b"] = StoredArray.Late(StoredType.UInt8, () => throw new IOException("No space left on device"), 4),
        };
        SafetensorsWriter.Save(_folder["a.safetensors"], good);
        byte[] before = File.ReadAllBytes(_folder["a.safetensors"]);

        Assert.Throws<IOException>(() => SafetensorsWriter.Save(_folder["a.safetensors"], failing));

        Assert.Equal(before, File.ReadAllBytes(_folder["a.safetensors"]));
        Assert.Single(Directory.EnumerateFiles(_folder.Path));
    }

    [Fact]
    public void Every_changed_byte_breaks_the_seal()
    {
        using var stream = new MemoryStream();
        SafetensorsSeal.Write(
            stream, new Dictionary<string, StoredArray> { ["z"] = StoredArray.Of([1f, 2f], 2), ["flag"] = StoredArray.OfBytes(StoredType.Bool, new byte[] { 1 }, 1) },
            new Dictionary<string, string> { ["state"] = "{}" });
        byte[] whole = stream.ToArray();
        string path = _folder["sealed.safetensors"];
        File.WriteAllBytes(path, whole);

        Assert.True(SafetensorsSeal.Holds(path));
        using (var file = SafetensorsFile.Open(path))
            Assert.Equal(whole.Length, file.Entry(SafetensorsSeal.Name).Offset + 32);
        for (int at = 0; at < whole.Length; at++)
        {
            whole[at] ^= 1;
            File.WriteAllBytes(path, whole);
            Assert.False(SafetensorsSeal.Holds(path));
            whole[at] ^= 1;
        }
    }

    [Fact]
    public void Bytes_that_do_not_fit_the_shape_are_a_programming_error()
    {
        Assert.Throws<ArgumentException>(() => StoredArray.Of(new float[5], 2, 3));
        Assert.Throws<ArgumentException>(() => StoredArray.Of(new float[1], -1, -1));
        Assert.Throws<ArgumentException>(() => StoredArray.OfBytes(StoredType.Float4, new byte[1], 1));
    }
}
