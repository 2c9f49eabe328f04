using System.Globalization;
using System.Text.Json;
using Visalign.Pictures;
using Visalign.Rewards;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles <c>jpeg-size</c>: sizes and the rewards made of them, against Pillow through the authors' code.</summary>
public static class JpegSizeOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        var settings = Settings(oracle.Config);
        var images = oracle["in.images"];                                // [B, 3, H, W]
        var batch = new PictureBatch(images.Singles, (int)images.Shape[0], (int)images.Shape[2], (int)images.Shape[3]);
        var pictures = Enumerable.Range(0, batch.Count).Select(index => RgbPicture.Of(batch, index)).ToArray();
        double[] bytes = [.. pictures.Select(picture => (double)JpegSize.Bytes(picture, settings))];

        // The bytes that go into the coder are exact; only what comes out of it may differ by the tolerance.
        if (oracle.Has("state.uint8"))
            comparison.ExpectEqual("state.uint8 as expected", Planes(pictures).SequenceEqual(oracle["state.uint8"].Integers), true);
        comparison.Expect("out.bytes", bytes, bytes.Length);
        foreach (string name in oracle.Under("out.").Keys.Where(name => name != "bytes"))
        {
            double factor = Factor(oracle.Config.GetProperty(name).GetString()!);
            comparison.Expect("out." + name, [.. bytes.Select(count => count * factor)], bytes.Length);
        }
    }

    private static JpegSettings Settings(JsonElement config)
    {
        Require(config, "quantise", "round(255*x) half to even, clamp 0..255");
        Require(config, "huffman", "standard tables");
        Require(config, "header", "JFIF");
        return new JpegSettings
        {
            Quality = config.GetProperty("quality").GetInt32(),
            Subsampling = config.GetProperty("subsampling").GetString() switch
            {
                "4:4:4" => ChromaSubsampling.Full,
                "4:2:2" => ChromaSubsampling.Half,
                "4:2:0" => ChromaSubsampling.Quarter,
                var other => throw new NotSupportedException($"subsampling {other}"),
            },
            Transform = config.GetProperty("dct").GetString() switch
            {
                "accurate integer" => CosineTransform.AccurateInteger,
                "fast integer" => CosineTransform.FastInteger,
                var other => throw new NotSupportedException($"dct {other}"),
            },
        };
    }

    private static void Require(JsonElement config, string key, string expected)
    {
        string? found = config.GetProperty(key).GetString();
        if (found != expected)
            throw new NotSupportedException($"{key} is '{found}'; only '{expected}' is computed here.");
    }

    /// <summary>The factor in a rule such as <c>-bytes/500000</c>.</summary>
    private static double Factor(string rule)
    {
        string[] sides = rule.Split("bytes/");
        return (sides[0] == "-" ? -1 : 1) / double.Parse(sides[1], CultureInfo.InvariantCulture);
    }

    /// <summary>Shape <c>[B, 3, H, W]</c> from pictures of shape <c>[H, W, 3]</c>.</summary>
    private static IEnumerable<long> Planes(RgbPicture[] pictures) =>
        from picture in pictures
        from channel in Enumerable.Range(0, 3)
        from pixel in Enumerable.Range(0, picture.Height * picture.Width)
        select (long)picture.Data[3 * pixel + channel];
}
