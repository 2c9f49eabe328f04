using System.Globalization;

namespace Visalign.Cli.Views;

/// <summary>An axis that begins and ends on round numbers.</summary>
/// <param name="Low">Where it begins.</param>
/// <param name="High">Where it ends, above <paramref name="Low"/>.</param>
/// <param name="Decimals">As many as its ends need.</param>
internal sealed record ChartScale(double Low, double High, int Decimals)
{
    private const int Steps = 4;
    private const double Slack = 1e-9; // for quotients such as 2.0000000000000004

    /// <summary>The tightest one around all finite values; around 0 to 1 when there are none.</summary>
    internal static ChartScale Around(IEnumerable<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        var (low, high) = finite.Length == 0 ? (0, 1) : (finite.Min(), finite.Max());
        double room = Math.Max(high - low, high == 0 ? 1 : 0.01 * Math.Abs(high)); // a flat curve still needs an axis
        double step = RoundUp(room / Steps);
        var (first, last) = (Math.Floor(low / step), Math.Ceiling(high / step));
        last = last > first ? last : first + 1;

        return new ChartScale(first * step, last * step, (int)Math.Clamp(Math.Ceiling(-Math.Log10(step)), 0, 6));
    }

    /// <summary>Where a value lies: 0 at the low end, 1 at the high end.</summary>
    internal double Share(double value) => (value - Low) / (High - Low);

    /// <summary>A value as the axis writes it.</summary>
    internal string Write(double value) => value.ToString("F" + Decimals, CultureInfo.InvariantCulture);

    /// <summary>The next of 1, 2, 5, 10, 20, … that is not smaller.</summary>
    private static double RoundUp(double rough)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double digit = rough / power;

        return power * (digit < 1 + Slack ? 1 : digit < 2 + Slack ? 2 : digit < 5 + Slack ? 5 : 10);
    }
}
