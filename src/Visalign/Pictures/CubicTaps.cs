namespace Visalign.Pictures;

/// <summary>Which pixels of a line make a pixel of the resampled line, and with what weights: cubic convolution.</summary>
/// <remarks>
/// Keys, "Cubic Convolution Interpolation for Digital Image Processing", IEEE Transactions on Acoustics, Speech, and Signal
/// Processing 29(6), 1981. Pixel i of the result has its center at <c>(i + ½) from / to - ½</c>. Two fashions: that of Pillow,
/// whose kernel widens as pictures shrink and is cut at the border (<see cref="Antialiased"/>), and that of libtorch's plain
/// interpolation, whose kernel keeps its width and repeats the border (<see cref="Smooth"/>).
/// </remarks>
/// <param name="From">Pixels of the line.</param>
/// <param name="Lines">One for each pixel of the result: the first pixel it is made of, and the weights from there on, of sum 1.</param>
internal sealed record CubicTaps(int From, IReadOnlyList<(int Start, double[] Weights)> Lines)
{
    private const double PillowBend = -0.5, TorchBend = -0.75;

    /// <summary>Pillow's bicubic, and libtorch's with antialiasing.</summary>
    public static CubicTaps Antialiased(int from, int to)
    {
        double scale = (double)from / to, stretch = Math.Max(1, scale), reach = 2 * stretch;
        return new(from, [.. Enumerable.Range(0, to).Select(i =>
        {
            double center = (i + 0.5) * scale;
            int start = Math.Max(0, (int)(center - reach + 0.5)), end = Math.Min(from, (int)(center + reach + 0.5));
            double[] weights = [.. Enumerable.Range(start, end - start).Select(k => Kernel((k - center + 0.5) / stretch, PillowBend))];
            double sum = weights.Sum();
            return (start, Array.ConvertAll(weights, weight => weight / sum));
        })]);
    }

    /// <summary>libtorch's bicubic without antialiasing and with corners not aligned.</summary>
    public static CubicTaps Smooth(int from, int to) => new(from, [.. Enumerable.Range(0, to).Select(i =>
    {
        double center = (i + 0.5) * from / to - 0.5;
        int first = (int)Math.Floor(center) - 1, start = Math.Clamp(first, 0, from - 1), end = Math.Clamp(first + 3, 0, from - 1);
        var weights = new double[end - start + 1];
        for (int k = first; k < first + 4; k++) weights[Math.Clamp(k, 0, from - 1) - start] += Kernel(k - center, TorchBend);
        return (start, weights);
    })]);

    private static double Kernel(double x, double bend)
    {
        x = Math.Abs(x);
        return x < 1 ? ((bend + 2) * x - (bend + 3)) * x * x + 1
            : x < 2 ? (((x - 5) * x + 8) * x - 4) * bend
            : 0;
    }
}
