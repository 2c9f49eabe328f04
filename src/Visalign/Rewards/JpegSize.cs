using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using Visalign.Generators;
using Visalign.Pictures;

namespace Visalign.Rewards;

/// <summary>Bytes of a picture as a JPEG file: the plainest reward that needs no judge.</summary>
/// <remarks>
/// Black et al., "Training Diffusion Models with Reinforcement Learning", arXiv 2305.13301, section 5.1.
/// <code>
/// incompressibility = bytes / 1000
/// compressibility   = -bytes / 1000     in DDPO's code
///                   = -bytes / 500000   in Flow-GRPO's code
/// </code>
/// Departures: none. The bytes are those of Pillow's defaults over libjpeg-turbo, quality 95.
/// </remarks>
public static class JpegSize
{
    /// <summary>DDPO's unit of either reward, and Flow-GRPO's of incompressibility: a kilobyte.</summary>
    public const double Kilobyte = 1000;

    /// <summary>Length of one picture as a JPEG file, in bytes; mostly 600 to 2,000 at 32x32 pixels.</summary>
    public static int Bytes(RgbPicture picture, JpegSettings settings) => Jpeg.Encode(picture, settings).Length;

    /// <summary>Bytes per point of <see cref="JpegCompressibility"/>.</summary>
    public static double BytesPerPoint(JpegConvention convention) => convention switch
    {
        JpegConvention.Ddpo => Kilobyte,
        JpegConvention.FlowGrpo => 500 * Kilobyte,
        _ => throw new UnreachableException(),
    };
}

/// <summary>Whose unit a compressibility is in.</summary>
public enum JpegConvention
{
    /// <summary>Minus kilobytes, as in ddpo-pytorch.</summary>
    Ddpo,

    /// <summary>Minus kilobytes over 500, as in flow_grpo.</summary>
    FlowGrpo,
}

/// <summary>Options of <see cref="JpegCompressibility"/>.</summary>
public sealed record JpegCompressibilityOptions : IRewardOptions
{
    /// <inheritdoc/>
    public double Weight { get; init; } = 1;

    /// <summary>Whose unit the score is in.</summary>
    public JpegConvention Convention { get; init; } = JpegConvention.Ddpo;

    /// <summary>Quality of the JPEG file, 1 to 100; the papers' code uses 95.</summary>
    [Range(1, 100)]
    public int Quality { get; init; } = 95;
}

/// <summary>Options of <see cref="JpegIncompressibility"/>.</summary>
public sealed record JpegIncompressibilityOptions : IRewardOptions
{
    /// <inheritdoc/>
    public double Weight { get; init; } = 1;

    /// <summary>Quality of the JPEG file, 1 to 100; the papers' code uses 95.</summary>
    [Range(1, 100)]
    public int Quality { get; init; } = 95;
}

/// <summary>Small JPEG files score high: smooth pictures. Negative, the nearer to 0 the better.</summary>
public sealed class JpegCompressibility(JpegCompressibilityOptions options) : IReward
{
    private readonly JpegSettings _settings = new() { Quality = options.Quality };
    private readonly double _bytesPerPoint = JpegSize.BytesPerPoint(options.Convention);

    /// <inheritdoc/>
    public string Name => "jpeg-compressibility";

    /// <inheritdoc/>
    public RewardScores Score(PictureBatch pictures, IReadOnlyList<Condition> conditions) => Judgment.OfEach(
        Name, pictures, conditions, index => -JpegSize.Bytes(RgbPicture.Of(pictures, index), _settings) / _bytesPerPoint);
}

/// <summary>Large JPEG files score high: busy pictures. Kilobytes, positive.</summary>
public sealed class JpegIncompressibility(JpegIncompressibilityOptions options) : IReward
{
    private readonly JpegSettings _settings = new() { Quality = options.Quality };

    /// <inheritdoc/>
    public string Name => "jpeg-incompressibility";

    /// <inheritdoc/>
    public RewardScores Score(PictureBatch pictures, IReadOnlyList<Condition> conditions) => Judgment.OfEach(
        Name, pictures, conditions, index => JpegSize.Bytes(RgbPicture.Of(pictures, index), _settings) / JpegSize.Kilobyte);
}
