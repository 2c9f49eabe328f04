using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Visalign.Pictures;
using Visalign.Rewards;

namespace Visalign.Tests.Oracles;

/// <summary>JPEG sizes and the rewards made of them, against Pillow through the authors' code.</summary>
public static class JpegSizeOracle
{
    /// <summary>Recomputes a case from its inputs and its config.</summary>
    /// <returns>Whether every output lies within the case's tolerance, and the largest deviation as a fraction of it.</returns>
    public static (bool Passed, double LargestDeviation, string Detail) Run(string caseFile)
    {
        byte[] file = File.ReadAllBytes(caseFile);
        int headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        using var header = JsonDocument.Parse(file.AsMemory(8, headerLength));
        var metadata = header.RootElement.GetProperty("__metadata__");
        using var config = JsonDocument.Parse(metadata.GetProperty("config").GetString()!);
        double absolute = Number(metadata, "atol");
        double relative = Number(metadata, "rtol");

        var settings = Settings(config.RootElement);
        var (images, shape) = Tensor<float>("in.images");                // [B, 3, H, W]
        var batch = new PictureBatch(images, (int)shape[0], (int)shape[2], (int)shape[3]);
        var pictures = Enumerable.Range(0, batch.Count).Select(index => RgbPicture.Of(batch, index)).ToArray();
        double[] bytes = [.. pictures.Select(picture => (double)JpegSize.Bytes(picture, settings))];

        var results = new (string Name, double[] Actual, double[] Expected)[]
        {
            ("state.uint8", Planes(pictures), Long("state.uint8")),
            ("out.bytes", bytes, Long("out.bytes")),
            ("out.incompressibility", Scores("incompressibility"), Double("out.incompressibility")),
            ("out.compressibility_ddpo", Scores("compressibility_ddpo"), Double("out.compressibility_ddpo")),
            ("out.compressibility_flow_grpo", Scores("compressibility_flow_grpo"), Double("out.compressibility_flow_grpo")),
        };
        // The bytes that go into the coder are exact; only what comes out of it may differ by the tolerance.
        var worst = results
            .Select(result => (result.Name, Deviation: result.Name == "state.uint8"
                ? LargestDeviation(result.Actual, result.Expected, absolute, relative: 0)
                : LargestDeviation(result.Actual, result.Expected, absolute, relative)))
            .MaxBy(result => result.Deviation);
        return (worst.Deviation <= 1, worst.Deviation, $"{worst.Name} deviates most");

        double[] Scores(string rule)
        {
            double factor = Factor(config.RootElement.GetProperty(rule).GetString()!);
            return [.. bytes.Select(count => count * factor)];
        }

        double[] Long(string name) => [.. Tensor<long>(name).Values.Select(value => (double)value)];

        double[] Double(string name) => Tensor<double>(name).Values;

        (T[] Values, long[] Shape) Tensor<T>(string name) where T : unmanaged
        {
            var entry = header.RootElement.GetProperty(name);
            int[] offsets = [.. entry.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt32())];
            long[] shape = [.. entry.GetProperty("shape").EnumerateArray().Select(side => side.GetInt64())];
            return (MemoryMarshal.Cast<byte, T>(file.AsSpan(8 + headerLength)[offsets[0]..offsets[1]]).ToArray(), shape);
        }
    }

    /// <summary>The largest <c>|actual - expected| / (absolute + relative |expected|)</c>; at most 1 is within tolerance.</summary>
    internal static double LargestDeviation(double[] actual, double[] expected, double absolute, double relative)
    {
        Assert.Equal(expected.Length, actual.Length);
        return actual.Zip(expected).Max(pair =>
            double.IsNaN(pair.First) ? double.PositiveInfinity : Math.Abs(pair.First - pair.Second) / (absolute + relative * Math.Abs(pair.Second)));
    }

    private static JpegSettings Settings(JsonElement config)
    {
        Assert.Equal("round(255*x) half to even, clamp 0..255", config.GetProperty("quantise").GetString());
        Assert.Equal("standard tables", config.GetProperty("huffman").GetString());
        Assert.Equal("JFIF", config.GetProperty("header").GetString());
        return new JpegSettings
        {
            Quality = config.GetProperty("quality").GetInt32(),
            Subsampling = config.GetProperty("subsampling").GetString() switch
            {
                "4:4:4" => ChromaSubsampling.Full,
                "4:2:2" => ChromaSubsampling.Half,
                "4:2:0" => ChromaSubsampling.Quarter,
                var other => throw new NotSupportedException(other),
            },
            Transform = config.GetProperty("dct").GetString() switch
            {
                "accurate integer" => CosineTransform.AccurateInteger,
                "fast integer" => CosineTransform.FastInteger,
                var other => throw new NotSupportedException(other),
            },
        };
    }

    /// <summary>The factor in a rule such as <c>-bytes/500000</c>.</summary>
    private static double Factor(string rule)
    {
        string[] sides = rule.Split("bytes/");
        return (sides[0] == "-" ? -1 : 1) / double.Parse(sides[1]);
    }

    private static double Number(JsonElement metadata, string name) => double.Parse(metadata.GetProperty(name).GetString()!);

    /// <summary>Shape <c>[B, 3, H, W]</c> from pictures of shape <c>[H, W, 3]</c>.</summary>
    private static double[] Planes(RgbPicture[] pictures) =>
    [
        .. from picture in pictures
           from channel in Enumerable.Range(0, 3)
           from pixel in Enumerable.Range(0, picture.Height * picture.Width)
           select (double)picture.Data[3 * pixel + channel],
    ];
}
