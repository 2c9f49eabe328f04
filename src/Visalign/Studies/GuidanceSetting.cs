using System.Globalization;

namespace Visalign.Studies;

/// <summary>At which guidance scale something is evaluated.</summary>
public abstract record GuidanceSetting
{
    private GuidanceSetting() { }

    /// <summary>At a given one.</summary>
    /// <param name="Scale">0 to 100; 1 is off.</param>
    public sealed record Given(double Scale) : GuidanceSetting;

    /// <summary>At the best of <see cref="HeldOutEvaluation.GuidanceScales"/>, chosen on tuning prompts.</summary>
    public sealed record Best : GuidanceSetting;

    /// <summary>Reads <c>best</c> or a number.</summary>
    /// <exception cref="InputException">Neither, or out of range.</exception>
    public static GuidanceSetting Parse(string text) => text == "best" ? new Best() : new Given(Number(text, "'best' or a number"));

    /// <summary>Reads a scale where there is nothing to choose by.</summary>
    /// <exception cref="InputException">No number, or out of range.</exception>
    public static double ParseNumber(string text) => Number(text, "a number");

    private static double Number(string text, string expected) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double scale) && scale is >= 0 and <= 100
            ? scale
            : throw new InputException($"--guidance: found '{text}', expected {expected} from 0 to 100; 1 is off.");
}
