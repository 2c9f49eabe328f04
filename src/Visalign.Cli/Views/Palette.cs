using Spectre.Console;

namespace Visalign.Cli.Views;

/// <summary>The colors of the terminal; blue and orange stay apart for every kind of color vision.</summary>
internal static class Palette
{
    /// <summary>The held-out score, and what is good to know.</summary>
    internal static Color Score { get; } = Color.DeepSkyBlue1;

    /// <summary>The training reward.</summary>
    internal static Color Reward { get; } = Color.Orange1;

    /// <summary>What needs attention.</summary>
    internal static Color Warning { get; } = Color.Orange1;

    /// <summary>Axes and what lies behind.</summary>
    internal static Color Quiet { get; } = Color.Grey;
}
