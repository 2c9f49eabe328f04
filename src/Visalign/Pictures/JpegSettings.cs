using System.ComponentModel.DataAnnotations;

namespace Visalign.Pictures;

/// <summary>How a JPEG file is coded; the defaults are those of Pillow's <c>save</c>, but for quality 95 as in DDPO's reward.</summary>
/// <remarks>Always baseline, with the standard Huffman tables of Annex K and a JFIF header.</remarks>
public sealed record JpegSettings
{
    /// <summary>libjpeg's quality, 1 to 100.</summary>
    [Range(1, 100)]
    public int Quality { get; init; } = 95;

    /// <summary>How much of the chroma is kept.</summary>
    public ChromaSubsampling Subsampling { get; init; } = ChromaSubsampling.Quarter;

    /// <summary>The arithmetic of the cosine transform.</summary>
    public CosineTransform Transform { get; init; } = CosineTransform.AccurateInteger;
}

/// <summary>The share of chroma samples that a JPEG file keeps.</summary>
public enum ChromaSubsampling
{
    /// <summary>4:4:4, one sample per pixel.</summary>
    Full,

    /// <summary>4:2:2, one sample per two pixels of a row.</summary>
    Half,

    /// <summary>4:2:0, one sample per block of two by two pixels.</summary>
    Quarter,
}

/// <summary>The arithmetic of JPEG's cosine transform.</summary>
public enum CosineTransform
{
    /// <summary>libjpeg's <c>JDCT_ISLOW</c>.</summary>
    AccurateInteger,

    /// <summary>libjpeg's <c>JDCT_IFAST</c>; from quality 96 libjpeg-turbo takes the accurate one all the same.</summary>
    FastInteger,
}
