using System.Globalization;

namespace Visalign.Cli.Views;

/// <summary>The speed of a run and the time it still takes, in a line.</summary>
internal static class SpeedLine
{
    /// <summary>What is known of it, such as "24.6 iterations/min · 26.2 pictures/s · 1:12 left"; empty when nothing is.</summary>
    internal static string Of(RunProgress progress)
    {
        List<string> parts = [];
        if (progress is { IterationsPerMinute: { } iterations, PicturesPerSecond: { } pictures })
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{iterations:F1} iterations/min"));
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{pictures:F0} pictures/s"));
        }

        if (progress.Left is { } left)
        {
            parts.Add($"{Clock.Write(left)} left");
        }

        return string.Join(" · ", parts);
    }
}
