namespace Visalign.Worlds;

/// <summary>Separable Gaussian blur of one plane; the border pixels are continued outwards.</summary>
internal static class GaussianBlur
{
    /// <summary>Blurs in place.</summary>
    /// <param name="plane">Shape <c>[size, size]</c>.</param>
    /// <param name="sigma">Standard deviation in pixels; 0 leaves the plane as it is.</param>
    public static void Apply(Span<float> plane, int size, double sigma)
    {
        if (sigma == 0) return;

        var reach = (int)Math.Ceiling(3 * sigma);
        Span<float> kernel = stackalloc float[2 * reach + 1];
        var sum = 0.0;
        for (var i = -reach; i <= reach; i++) sum += kernel[i + reach] = (float)Math.Exp(-0.5 * i * i / (sigma * sigma));
        foreach (ref var weight in kernel) weight = (float)(weight / sum);

        Span<float> line = stackalloc float[size];
        for (var row = 0; row < size; row++) ApplyLine(plane[(row * size)..], stride: 1, line, kernel);
        for (var column = 0; column < size; column++) ApplyLine(plane[column..], stride: size, line, kernel);
    }

    private static void ApplyLine(Span<float> values, int stride, Span<float> line, ReadOnlySpan<float> kernel)
    {
        var reach = kernel.Length / 2;
        for (var i = 0; i < line.Length; i++)
        {
            var sum = 0f;
            for (var k = -reach; k <= reach; k++) sum += kernel[k + reach] * values[Math.Clamp(i + k, 0, line.Length - 1) * stride];
            line[i] = sum;
        }

        for (var i = 0; i < line.Length; i++) values[i * stride] = line[i];
    }
}
