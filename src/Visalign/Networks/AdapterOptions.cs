using System.ComponentModel.DataAnnotations;
using Visalign.Records;

namespace Visalign.Networks;

/// <summary>What of the generator is trained.</summary>
public enum AdapterKind
{
    /// <summary>Low-rank additions to chosen matrices and convolutions; the generator itself stays as it is.</summary>
    Lora,

    /// <summary>All weights.</summary>
    Full,
}

/// <summary>The trained parameters.</summary>
public sealed record AdapterOptions
{
    /// <summary>Low-rank additions, or all weights.</summary>
    public AdapterKind Kind { get; init; } = AdapterKind.Lora;

    /// <summary>Rank of each addition; lora only.</summary>
    [Range(1, 1024)]
    [OnlyWith(nameof(Kind), AdapterKind.Lora)]
    public int Rank { get; init; } = 16;

    /// <summary>Scale of the additions, which are multiplied by alpha over rank; lora only.</summary>
    [Range(0, 4096, MinimumIsExclusive = true)]
    [OnlyWith(nameof(Kind), AdapterKind.Lora)]
    public double Alpha { get; init; } = 32;

    /// <summary>Divides alpha by the root of the rank instead of the rank, so that high ranks learn as fast as low ones; lora only.</summary>
    [OnlyWith(nameof(Kind), AdapterKind.Lora)]
    public bool RankStabilized { get; init; }

    /// <summary>Learns the length of each output's weights apart from their direction, as DoRA does; lora only.</summary>
    [OnlyWith(nameof(Kind), AdapterKind.Lora)]
    public bool Dora { get; init; }

    /// <summary>Ends of the names of the layers that get an addition, as in to_q; empty for the generator's attention projections; lora only.</summary>
    [OnlyWith(nameof(Kind), AdapterKind.Lora)]
    public ValueList<string> Targets { get; init; } = [];
}
