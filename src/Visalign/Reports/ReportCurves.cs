namespace Visalign.Reports;

/// <summary>One chart: a few series over a common horizontal axis.</summary>
public sealed record CurvePanel
{
    /// <summary>What is plotted: "Exact score on held-out prompts".</summary>
    public required string Title { get; init; }

    /// <summary>One sentence on how a healthy curve looks, or null.</summary>
    public string? Note { get; init; }

    /// <summary>The horizontal axis: "iteration" or "reward calls".</summary>
    public required string XLabel { get; init; }

    /// <summary>How values are written.</summary>
    public ValueFormat Format { get; init; } = ValueFormat.Number;

    /// <summary>Up to seven series; more could not be told apart.</summary>
    public required IReadOnlyList<CurveSeries> Series { get; init; }

    /// <summary>Levels to compare with, drawn as horizontal lines.</summary>
    public IReadOnlyList<ReferenceLine> References { get; init; } = [];
}

/// <summary>One measured quantity, for one or several seeds.</summary>
/// <remarks>Several seeds are drawn thin, their mean thick, wherever every seed has a finite value.</remarks>
/// <param name="Seeds">A line for each seed.</param>
public sealed record CurveSeries(string Name, IReadOnlyList<SeedLine> Seeds);

/// <summary>The values of one seed.</summary>
/// <param name="Points">Strictly ascending in X; a value that is not finite leaves a gap.</param>
public sealed record SeedLine(long Seed, IReadOnlyList<CurvePoint> Points);

/// <summary>One measured point of a curve.</summary>
public readonly record struct CurvePoint(double X, double Y);

/// <summary>One chart of ways through the plane of two quantities: each begins where training does and ends at its marker.</summary>
public sealed record PathPanel
{
    /// <summary>What is plotted: "Exact score against trained reward".</summary>
    public required string Title { get; init; }

    /// <summary>One sentence on how a healthy way looks, or null.</summary>
    public string? Note { get; init; }

    /// <summary>The horizontal axis.</summary>
    public required string XLabel { get; init; }

    /// <summary>The vertical axis.</summary>
    public required string YLabel { get; init; }

    /// <summary>How vertical values are written.</summary>
    public ValueFormat Format { get; init; } = ValueFormat.Number;

    /// <summary>Up to seven; points of a seed are in the order of time, as many for each seed.</summary>
    public required IReadOnlyList<CurveSeries> Series { get; init; }
}

/// <summary>A horizontal line: "base, best guidance" at 0.58.</summary>
public sealed record ReferenceLine(string Name, double Value);
