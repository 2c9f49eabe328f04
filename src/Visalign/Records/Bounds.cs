using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace Visalign.Records;

/// <summary>The numbers an option may take, from its <see cref="RangeAttribute"/>.</summary>
/// <remarks>
/// The attribute's own check is not used: with whole bounds it rounds the value first, so that 0.4 would pass for 0.
/// </remarks>
internal sealed record Bounds(double Low, double High, bool LowExcluded, bool HighExcluded)
{
    /// <summary>Bounds at or beyond this are no bounds to speak of.</summary>
    private const double Boundless = int.MaxValue;

    /// <summary>Whether the lower end says anything.</summary>
    public bool HasLow => Low > -Boundless;

    /// <summary>Whether the upper end says anything.</summary>
    public bool HasHigh => High < Boundless;

    /// <summary>The bounds declared on a property, or null.</summary>
    public static Bounds? Of(PropertyInfo property) =>
        property.GetCustomAttribute<RangeAttribute>() is { } range
            ? new Bounds(
                Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture),
                Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture),
                range.MinimumIsExclusive,
                range.MaximumIsExclusive)
            : null;

    /// <summary>Whether a number lies inside; NaN and infinities never do.</summary>
    public bool Hold(double value) =>
        double.IsFinite(value)
        && (LowExcluded ? value > Low : value >= Low)
        && (HighExcluded ? value < High : value <= High);

    /// <summary>"from 1 to 8", "above 0", "above 0 and at most 1".</summary>
    public string InWords()
    {
        string low = string.Create(CultureInfo.InvariantCulture, $"{(LowExcluded ? "above" : "at least")} {Low}");
        string high = string.Create(CultureInfo.InvariantCulture, $"{(HighExcluded ? "below" : "at most")} {High}");

        return (HasLow, HasHigh) switch
        {
            (true, true) when !LowExcluded && !HighExcluded => string.Create(CultureInfo.InvariantCulture, $"from {Low} to {High}"),
            (true, true) => $"{low} and {high}",
            (true, false) => low,
            (false, true) => high,
            _ => "that is finite",
        };
    }
}
