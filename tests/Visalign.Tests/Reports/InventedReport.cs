using System.Buffers.Binary;
using System.IO.Compression;
using Visalign.Benchmarks;
using Visalign.Reports;

namespace Visalign.Tests.Reports;

/// <summary>A report with every part filled with invented numbers, for tests and for looking at the page; no result of anything.</summary>
internal static class InventedReport
{
    private static readonly string[] Tasks = ["single object", "two objects", "counting", "colors", "position", "color attribution"];

    public static ReportData Full() => Minimal() with
    {
        Curves =
        [
            Panel("Exact score on held-out prompts", ValueFormat.Share, [Rising("aligned", 0.585, 0.815, 0.012)], "Training never sees these prompts.",
                [new("base, best guidance", 0.581), new("best of 8", 0.742)]),
            Panel("Reward on training prompts", ValueFormat.Number, [Rising("exact score", 0.6, 0.9, 0.02), Rising("JPEG size", 0.4, 0.47, 0.01)], "Rises, then flattens.", []),
            Panel("KL to the reference", ValueFormat.Number, [Rising("mean KL", 0, 0.0042, 0.0001)], "Grows slowly; a jump means the policy left the base's neighborhood.", []),
            Panel("Share of clipped ratios", ValueFormat.Share, [Rising("clipped", 0.02, 0.11, 0.01), Rising("above", 0.01, 0.06, 0.01), Rising("below", 0.01, 0.05, 0.01)], null, []),
            Panel("Diversity within a prompt", ValueFormat.Number, [Rising("aligned", 11.2, 9.6, 0.15)], "A collapse to one picture shows here first.", [new("base", 11.3)]),
            Panel("Judges that were not trained on", ValueFormat.Share,
                [Rising("two-tower", 0.50, 0.58, 0.01), Rising("Bradley–Terry", 0.52, 0.61, 0.01), Rising("pairwise", 0.45, 0.50, 0.01), Rising("hue", 0.7, 0.68, 0.01),
                 Rising("contrast", 0.8, 0.83, 0.01), Rising("symmetry", 0.35, 0.33, 0.01), Rising("smooth", 0.2, 0.24, 0.01)], null, []),
        ],
        Gallery = [.. Enumerable.Range(0, 9).Select(Pair)],
        Systems =
        [
            Compared("Base, guidance 4", SystemRole.Base, 0.581, null) with { Note = "guidance scale picked on training prompts" },
            Compared("Best of 8", SystemRole.Baseline, 0.742, 0.161) with { Note = "8 pictures for each answer", RewardCalls = 0 },
            Compared("Fine-tuned on the best", SystemRole.Baseline, 0.689, 0.108) with { RewardCalls = 19_200, WallTime = TimeSpan.FromSeconds(212) },
            Compared("Flow-GRPO", SystemRole.Aligned, 0.814, 0.233) with { RewardCalls = 19_200, WallTime = TimeSpan.FromSeconds(431) },
        ],
        Remarks =
        [
            new(RemarkSeverity.Note, "Reward groups without any spread: 9 % of prompts, within the usual range."),
            new(RemarkSeverity.Warning, "Diversity fell by 14 % from its start. Raise the KL coefficient or stop earlier if variety matters.", 240),
            new(RemarkSeverity.Alarm, "The training reward rose while the held-out score fell for 30 iterations: the reward is being gamed.", 280),
        ],
        Provenance =
        [
            new("Visalign", "0.1.0"), new("libtorch", "1.13.1, 2 threads"), new("Base model", "shapes32-flow, sha256 9f2c61d07be41a7d55e0c7c8b2ad14f0a3b1f7de6a0c43b9d1e58a2f7c6b5d40"),
            new("Seeds", "1, 2, 3"), new("Sampler", "flow Euler, 8 steps, guidance 4"),
        ],
    };

    /// <summary>Only what is required.</summary>
    public static ReportData Minimal() => new()
    {
        Title = "Teaching a small model to count (invented numbers)",
        Method = "Flow-GRPO",
        Paper = new("Flow-GRPO: Training Flow Matching Models via Online RL", "Liu et al.", 2025, "2505.05470"),
        Headline = new()
        {
            Metric = "exact scene score",
            Base = With(0.581, 0.031),
            BaseGuidanceScale = 4,
            Aligned = With(0.814, 0.025),
            Gain = With(0.233, 0.032),
            PromptCount = 240,
            SeedCount = 3,
        },
        Cost = new(57_600, 1_843_200, TimeSpan.FromSeconds(1293), "2 cores, no accelerator"),
        Recipe = "schema: 1\nseed: 1\nmethod: flow-grpo\nmodel: shapes32-flow\nrewards:\n  - name: exact\n    weight: 1\nrollout:\n  group_size: 8\n  steps: 8\n",
        Command = "visalign align flow-grpo --set seed=1\nvisalign report runs/flow-grpo-1",
    };

    private static Estimate With(double value, double half) => new(value, new Interval(value - half, value + half));

    private static CurvePanel Panel(string title, ValueFormat format, CurveSeries[] series, string? note, ReferenceLine[] references) =>
        new() { Title = title, Note = note, XLabel = "iteration", Format = format, Series = series, References = references };

    private static CurveSeries Rising(string name, double from, double to, double noise) => new(name, [.. Enumerable.Range(1, 3).Select(seed =>
        new SeedLine(seed, [.. Enumerable.Range(0, 31).Select(i => new CurvePoint(i * 10,
            from + (to - from) * (1 - Math.Exp(-i / 9.0)) + Math.Min(1, i / 4.0) * noise * (Chance((ulong)seed * 7919 + (ulong)name.Length, i) + seed - 2)))]))]);

    private static double Chance(ulong seed, int index) => 2 * Noise.Uniform(new(seed, NoisePurpose.Probe), index) - 1;

    private static ComparedSystem Compared(string name, SystemRole role, double score, double? gain) => new()
    {
        Name = name,
        Role = role,
        Score = With(score, 0.03),
        Gain = gain is { } value ? With(value, 0.033) : null,
        Tasks = [.. Tasks.Select((task, i) =>
            new TaskScore(task, With(Math.Min(0.96, score * (1.25 - 0.1 * i)), 0.03)))],
    };

    private static PicturePair Pair(int index)
    {
        var (isRightBefore, isRightAfter) = (index % 4 == 0, index % 5 != 3);
        return new(
            $"{(index % 2 == 0 ? "three red circles" : "a green square left of a large blue triangle")}, sample {index}",
            new(Png(32, index, isRightBefore), isRightBefore ? [] : ["2 circles, expected 3."], isRightBefore),
            new(Png(32, index + 100, isRightAfter), isRightAfter ? ["All objects are there."] : ["The square is to the right of the triangle."], isRightAfter));
    }

    /// <summary>A small picture of three discs, or of two.</summary>
    public static byte[] Png(int size, int seed, bool isComplete)
    {
        var rows = new byte[size * (1 + 3 * size)];
        for (var y = 0; y < size; y++)
            for (var x = 0; x < size; x++)
            {
                var isInside = Enumerable.Range(0, isComplete ? 3 : 2).Any(k =>
                    Math.Pow(x - size * (0.5 + 0.36 * Chance((ulong)seed, 2 * k)), 2) + Math.Pow(y - size * (0.5 + 0.36 * Chance((ulong)seed, 2 * k + 1)), 2) < size * size / 40.0);
                (isInside ? new byte[] { 208, 52, 44 } : [238, 236, 228]).CopyTo(rows, y * (1 + 3 * size) + 1 + 3 * x);
            }

        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Optimal, leaveOpen: true))
            zlib.Write(rows);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, size);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), size);
        (header[8], header[9]) = (8, 2);
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, packed.ToArray()), .. Chunk("IEND"u8, [])];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, byte[] data)
    {
        byte[] body = [.. type, .. data];
        var checksum = uint.MaxValue;
        foreach (var value in body)
        {
            checksum ^= value;
            for (var bit = 0; bit < 8; bit++)
                checksum = (checksum >> 1) ^ ((checksum & 1) * 0xEDB88320);
        }
        var chunk = new byte[body.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        body.CopyTo(chunk, 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(body.Length + 4), ~checksum);
        return chunk;
    }
}
