using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Google.Protobuf;
using Visalign.Torch.Files;

namespace Visalign.Runs;

/// <summary>Scalars for TensorBoard: records of serialized <c>tensorflow.Event</c> messages with masked CRC-32C checksums.</summary>
/// <remarks>
/// Every process that writes into a run starts a file of its own, as TensorBoard expects. A resumed run repeats the
/// iterations after its checkpoint, and nothing can be taken back from a file another process wrote; so its file
/// begins with a session-start mark at the first repeated step, upon which TensorBoard drops the older points from
/// there on. <c>metrics.jsonl</c>, not this file, is the record of the run.
/// </remarks>
internal sealed class EventFile : IDisposable
{
    // Field numbers of tensorflow/core/util/event.proto and framework/summary.proto.
    private const int WallTime = 1, Step = 2, FileVersion = 3, Summary = 5, SessionLog = 7;
    private const int SummaryValue = 1, Tag = 1, SimpleValue = 2;
    private const int SessionStatus = 1, SessionStart = 1;

    private readonly Stream _stream;
    private readonly TimeProvider _time;

    private EventFile(Stream stream, TimeProvider time)
    {
        _stream = stream;
        _time = time;
    }

    /// <summary>Starts the next file in a folder.</summary>
    /// <param name="firstStep">The first step that will be written.</param>
    public static EventFile Create(IFileStorage storage, string folder, TimeProvider time, long firstStep)
    {
        int before = Directory.EnumerateFiles(folder).Count();
        string name = string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{time.GetUtcNow().ToUnixTimeSeconds()}.visalign.{before}");
        var file = new EventFile(storage.Create(Path.Combine(folder, name)), time);
        try
        {
            file.WriteHead(firstStep, isResumed: before > 0);
        }
        catch
        {
            file.Dispose();
            throw;
        }
        return file;
    }

    /// <summary>Writes the values of one step.</summary>
    public void Write(long step, IReadOnlyDictionary<string, double> values) =>
        WriteEvent(step, message => WriteMessage(message, Summary, summary =>
        {
            foreach (var (name, value) in values.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            {
                WriteMessage(summary, SummaryValue, scalar =>
                {
                    scalar.WriteTag(Tag, WireFormat.WireType.LengthDelimited);
                    scalar.WriteString(name);
                    scalar.WriteTag(SimpleValue, WireFormat.WireType.Fixed32);
                    scalar.WriteFloat((float)value);
                });
            }
        }));

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    /// <summary>The checksum of a record's parts: CRC-32C, rotated and shifted so that checksums of checksums stay sound.</summary>
    internal static uint MaskedChecksum(ReadOnlySpan<byte> bytes)
    {
        uint sum = uint.MaxValue;
        foreach (byte one in bytes)
            sum = BitOperations.Crc32C(sum, one);
        return BitOperations.RotateRight(~sum, 15) + 0xa282ead8u;
    }

    private void WriteHead(long firstStep, bool isResumed)
    {
        WriteEvent(0, message =>
        {
            message.WriteTag(FileVersion, WireFormat.WireType.LengthDelimited);
            message.WriteString("brain.Event:2");
        });
        if (isResumed)
            WriteEvent(firstStep, message => WriteMessage(message, SessionLog, session =>
            {
                session.WriteTag(SessionStatus, WireFormat.WireType.Varint);
                session.WriteEnum(SessionStart);
            }));
    }

    private void WriteEvent(long step, Action<CodedOutputStream> body) =>
        WriteRecord(Serialize(message =>
        {
            message.WriteTag(WallTime, WireFormat.WireType.Fixed64);
            message.WriteDouble(_time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
            message.WriteTag(Step, WireFormat.WireType.Varint);
            message.WriteInt64(step);
            body(message);
        }));

    private void WriteRecord(ReadOnlySpan<byte> data)
    {
        byte[] record = new byte[8 + 4 + data.Length + 4];
        BinaryPrimitives.WriteInt64LittleEndian(record, data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), MaskedChecksum(record.AsSpan(0, 8)));
        data.CopyTo(record.AsSpan(12));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + data.Length), MaskedChecksum(data));
        _stream.Write(record);
    }

    private static void WriteMessage(CodedOutputStream message, int field, Action<CodedOutputStream> body)
    {
        message.WriteTag(field, WireFormat.WireType.LengthDelimited);
        message.WriteBytes(ByteString.CopyFrom(Serialize(body)));
    }

    private static byte[] Serialize(Action<CodedOutputStream> body)
    {
        using var bytes = new MemoryStream();
        using (var message = new CodedOutputStream(bytes, leaveOpen: true))
            body(message);
        return bytes.ToArray();
    }
}
