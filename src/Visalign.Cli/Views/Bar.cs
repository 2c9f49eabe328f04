namespace Visalign.Cli.Views;

/// <summary>A horizontal bar of block characters, exact to an eighth of a character.</summary>
internal static class Bar
{
    private const string Eighths = " ▏▎▍▌▋▊▉";

    /// <summary>The bar, padded with blanks to its full width.</summary>
    /// <param name="share">In [0, 1]; what lies outside is cut.</param>
    /// <param name="width">Characters of a full bar.</param>
    internal static string Of(double share, int width)
    {
        int eighths = double.IsFinite(share) ? (int)Math.Round(Math.Clamp(share, 0, 1) * width * 8) : 0;
        string full = new('█', eighths / 8);

        return (eighths % 8 == 0 ? full : full + Eighths[eighths % 8]).PadRight(width);
    }
}
