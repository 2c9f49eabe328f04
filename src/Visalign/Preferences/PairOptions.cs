using System.ComponentModel.DataAnnotations;
using Visalign.Records;

namespace Visalign.Preferences;

/// <summary>Where the pairs come from that a method learns from.</summary>
public sealed record PairOptions
{
    /// <summary>A folder of pictures with a metadata.jsonl that says which of two is the better one; null: the best and the worst of each group of samples of the base, by the rewards.</summary>
    [InputPath]
    public string? Folder { get; init; }

    /// <summary>Which latents stand for a picture of the folder.</summary>
    public PictureLatentChoice Latents { get; init; } = PictureLatentChoice.Draw;

    /// <summary>Share of pairs whose winner and loser are told the wrong way round, to see what careless labels cost.</summary>
    [Range(0, 1)]
    public double LabelNoise { get; init; }
}
