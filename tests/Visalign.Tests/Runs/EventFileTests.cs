using System.Buffers.Binary;
using Google.Protobuf;
using Visalign.Runs;
using Visalign.Torch.Files;

namespace Visalign.Tests.Runs;

public sealed class EventFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact] // CRC-32C of "123456789" is 0xE3069283; rotated right by 15 bits that is 0x2507C60D, plus 0xA282EAD8.
    public void The_checksum_is_the_masked_castagnoli_sum() =>
        Assert.Equal(0xc78ab0e5u, EventFile.MaskedChecksum("123456789"u8));

    [Fact]
    public void A_file_starts_with_its_version_and_holds_the_scalars()
    {
        using (var file = EventFile.Create(new DiskStorage(), _folder.Path, new FrozenClock(), firstStep: 1))
            file.Write(7, new Dictionary<string, double> { ["reward/mean"] = 0.5, ["kl/mean"] = 0.25 });

        var events = Events(Assert.Single(Directory.EnumerateFiles(_folder.Path)));

        Assert.Equal(2, events.Count);
        Assert.Equal("brain.Event:2", events[0].Version);
        Assert.Equal(1_700_000_000.5, events[1].WallTime);
        Assert.Equal(7, events[1].Step);
        Assert.Equal([("kl/mean", 0.25f), ("reward/mean", 0.5f)], events[1].Scalars);
    }

    [Fact]
    public void A_second_file_marks_where_it_starts_again()
    {
        EventFile.Create(new DiskStorage(), _folder.Path, new FrozenClock(), firstStep: 1).Dispose();
        EventFile.Create(new DiskStorage(), _folder.Path, new FrozenClock(), firstStep: 41).Dispose();

        string[] names = [.. Directory.EnumerateFiles(_folder.Path).Order(StringComparer.Ordinal)];

        Assert.Equal(["events.out.tfevents.1700000000.visalign.0", "events.out.tfevents.1700000000.visalign.1"], names.Select(path => Path.GetFileName(path)));
        Assert.DoesNotContain(Events(names[0]), one => one.SessionStart);
        Assert.Equal(41, Assert.Single(Events(names[1]), one => one.SessionStart).Step);
    }

    private sealed class FrozenClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_500);
    }

    private sealed class Event
    {
        public double WallTime { get; set; }
        public long Step { get; set; }
        public string? Version { get; set; }
        public bool SessionStart { get; set; }
        public List<(string Tag, float Value)> Scalars { get; } = [];
    }

    /// <summary>Reads records and checks both checksums of each with a bitwise CRC of its own.</summary>
    private static List<Event> Events(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        var events = new List<Event>();
        for (int at = 0; at < bytes.Length;)
        {
            int length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));
            Assert.Equal(Masked(bytes.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8)));
            Assert.Equal(Masked(bytes.AsSpan(at + 12, length)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 12 + length)));
            events.Add(Parse(bytes.AsSpan(at + 12, length).ToArray()));
            at += 16 + length;
        }
        return events;
    }

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        uint sum = ~0u;
        foreach (byte one in bytes)
        {
            sum ^= one;
            for (int bit = 0; bit < 8; bit++)
                sum = (sum >> 1) ^ ((sum & 1) * 0x82f63b78u);
        }
        sum = ~sum;
        return ((sum >> 15) | (sum << 17)) + 0xa282ead8u;
    }

    private static Event Parse(byte[] bytes)
    {
        var parsed = new Event();
        var input = new CodedInputStream(bytes);
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1: parsed.WallTime = input.ReadDouble(); break;
                case 2: parsed.Step = input.ReadInt64(); break;
                case 3: parsed.Version = input.ReadString(); break;
                case 5: ParseSummary(input.ReadBytes(), parsed); break;
                case 7: parsed.SessionStart = input.ReadBytes().SequenceEqual(new byte[] { 0x08, 0x01 }); break;
                default: Assert.Fail($"unknown field {tag >> 3}"); break;
            }
        }
        return parsed;
    }

    private static void ParseSummary(ByteString bytes, Event parsed)
    {
        var summary = bytes.CreateCodedInput();
        while (summary.ReadTag() == 0x0a)
        {
            var value = summary.ReadBytes().CreateCodedInput();
            Assert.Equal(0x0au, value.ReadTag());
            string name = value.ReadString();
            Assert.Equal(0x15u, value.ReadTag());
            parsed.Scalars.Add((name, value.ReadFloat()));
        }
    }
}
