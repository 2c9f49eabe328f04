using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Visalign.Tests.Oracles;
using Visalign.Torch.Safetensors;

namespace Visalign.Tests.Safetensors;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> MalformedFiles =>
        [.. Directory.EnumerateFiles(Path.Combine(OracleRoot.Path, "io-safetensors", "files"), "bad-*").Select(path => Path.GetFileName(path))];

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(MalformedFiles))]
    public void A_malformed_file_is_refused_in_one_sentence_that_names_it(string name)
    {
        string path = Path.Combine(OracleRoot.Path, "io-safetensors", "files", name);

        var refusal = Assert.Throws<InputException>(() => SafetensorsFile.Open(path));

        Assert.StartsWith(path + ": ", refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.DoesNotContain(". ", refusal.Message[path.Length..], StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        byte[] whole = File.ReadAllBytes(Path.Combine(OracleRoot.Path, "io-safetensors", "files", "good-names.safetensors"));

        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_folder["cut.safetensors"], whole.AsSpan(0, length).ToArray());
            Assert.Throws<InputException>(() => SafetensorsFile.Open(_folder["cut.safetensors"]));
        }
    }

    [Fact]
    public void Random_damage_is_read_or_refused_but_never_crashes()
    {
        byte[] whole = File.ReadAllBytes(Path.Combine(OracleRoot.Path, "io-safetensors", "files", "good-dtypes.safetensors"));
        int refused = 0;
        var random = new Random(7);
        for (int trial = 0; trial < 500; trial++)
        {
            byte[] damaged = [.. whole];
            for (int hits = random.Next(1, 4); hits > 0; hits--)
                damaged[random.Next(1_300)] = (byte)random.Next(256);
            File.WriteAllBytes(_folder["damaged.safetensors"], damaged);
            try
            {
                using var file = SafetensorsFile.Open(_folder["damaged.safetensors"]);
                foreach (var entry in file.Entries.Values)
                    Assert.Equal(entry.ByteCount, file.Bytes(entry.Name).Length);
            }
            catch (InputException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 250, 499);
    }

    [Fact]
    public void A_description_nested_to_the_limit_is_read_and_one_level_more_is_refused()
    {
        // The header's object is level 1 and the tensor's level 2, so the unknown field has 125 levels left of 127.
        static string Header(int levels) =>
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0],\"x\":" + new string('[', levels) + new string(']', levels) + "}}";
        Write("deep.safetensors", Header(125));
        Write("deeper.safetensors", Header(126));

        SafetensorsFile.Open(_folder["deep.safetensors"]).Dispose();
        Assert.Throws<InputException>(() => SafetensorsFile.Open(_folder["deeper.safetensors"]));
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}""", "does not fill whole bytes")]
    [InlineData("""{"a":{"dtype":"U8","shape":[-0],"data_offsets":[0,0]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2e0],"data_offsets":[0,2]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2],"x":"\ud83d"}}""", "JSON")]
    [InlineData("""{"a":["U8",[2],[0,2]]}""", "described by an object")]
    public void Descriptions_the_format_does_not_know_are_refused(string header, string told)
    {
        Write("odd.safetensors", header, 0, 0);

        Assert.Contains(told, Assert.Throws<InputException>(() => SafetensorsFile.Open(_folder["odd.safetensors"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_repeated_name_only_the_last_description_counts()
    {
        Write("twice.safetensors", """{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 5, 6);

        using var file = SafetensorsFile.Open(_folder["twice.safetensors"]);

        Assert.Equal([5, 6], file.Bytes("a").ToArray());
    }

    [Theory]
    [InlineData("F4", 4)]
    [InlineData("F6_E2M3", 6)]
    [InlineData("F6_E3M2", 6)]
    public void Sub_byte_floats_are_packed_and_read_as_bytes(string type, int bits)
    {
        Write("small.safetensors", "{\"a\":{\"dtype\":\"" + type + "\",\"shape\":[2,4],\"data_offsets\":[0," + bits + "]}}", [.. Enumerable.Range(0, bits).Select(i => (byte)i)]);

        using var file = SafetensorsFile.Open(_folder["small.safetensors"]);

        Assert.Equal(bits, file.Bytes("a").Length);
        Assert.Throws<NotSupportedException>(() => StoredNumbers.ToDoubles(file.Entry("a").Type, file.Bytes("a")));
    }

    [Theory]
    [InlineData("model.bin", new byte[] { 80, 75, 3, 4, 0, 0, 8, 8, 0, 0 }, "safetensors.torch.save_file")]
    [InlineData("model.safetensors", new byte[] { 0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20 }, "safetensors.torch.save_file")]
    [InlineData("model.ckpt", new byte[] { 2, 0, 0, 0, 0, 0, 0, 0, 91, 93 }, "safetensors.torch.save_file")]
    public void A_pickle_is_refused_with_what_to_do_about_it(string name, byte[] bytes, string advice)
    {
        File.WriteAllBytes(_folder[name], bytes);

        Assert.Contains(advice, Assert.Throws<InputException>(() => SafetensorsFile.Open(_folder[name])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_refused_in_words()
    {
        Assert.Contains("no such file", Assert.Throws<InputException>(() => SafetensorsFile.Open(_folder["none.safetensors"])).Message, StringComparison.Ordinal);
        Assert.Contains("folder", Assert.Throws<InputException>(() => SafetensorsFile.Open(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pin_outlives_the_file_and_closed_files_hand_out_nothing()
    {
        SafetensorsWriter.Save(_folder["a.safetensors"], new Dictionary<string, StoredArray> { ["a"] = StoredArray.Of([1.5f, -2f], 2) });
        var file = SafetensorsFile.Open(_folder["a.safetensors"]);

        using var pin = file.Pin("a");
        file.Dispose();

        Assert.Equal(-2f, Marshal.PtrToStructure<float>(pin.Address + 4));
        Assert.Throws<ObjectDisposedException>(() => file.Pin("a"));
        Assert.Throws<ObjectDisposedException>(() => { _ = file.Bytes("a").Length; });
    }

    private void Write(string name, string header, params byte[] data)
    {
        byte[] prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        File.WriteAllBytes(_folder[name], [.. prefix, .. Encoding.UTF8.GetBytes(header), .. data]);
    }
}
