using System.Globalization;

namespace Visalign.Cli.Views;

/// <summary>Writes durations as clocks do.</summary>
internal static class Clock
{
    /// <summary>As 0:07, 12:30 or 2:03:10, rounded up to whole seconds.</summary>
    internal static string Write(TimeSpan duration)
    {
        var whole = TimeSpan.FromSeconds(Math.Ceiling(duration.TotalSeconds));

        return whole.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(long)whole.TotalHours}:{whole.Minutes:00}:{whole.Seconds:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{whole.Minutes}:{whole.Seconds:00}");
    }
}
