using System.Globalization;

namespace Visalign.Cli.Views;

/// <summary>The speed of a run and the time it still takes, in a line.</summary>
internal static class SpeedLine
{
    /// <summary>What is known of it, such as "1:12 left · 24.6 iterations/min · 26 pictures/s"; empty when nothing is.</summary>
    internal static string Of(RunProgress progress)
    {
        List<string> parts = [];
        if (progress.Left is { } left)
        {
            parts.Add($"{Clock.Write(left)} left");
        }

        if (progress is { IterationsPerMinute: { } iterations, PicturesPerSecond: { } pictures })
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{iterations:F1} iterations/min"));
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{pictures:F0} pictures/s"));
        }

        return string.Join(" · ", parts);
    }
}
