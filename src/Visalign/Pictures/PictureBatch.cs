namespace Visalign.Pictures;

/// <summary>RGB pictures of one size on the CPU, as everything that judges or stores pictures sees them.</summary>
/// <param name="Data">Shape <c>[B, 3, H, W]</c>, row-major, values in [0, 1].</param>
/// <param name="Count">B, the number of pictures.</param>
/// <param name="Height">H, in pixels.</param>
/// <param name="Width">W, in pixels.</param>
public sealed record PictureBatch(float[] Data, int Count, int Height, int Width)
{
    /// <summary>One picture, shape <c>[3, H, W]</c>.</summary>
    public ReadOnlySpan<float> this[int index] =>
        Data.AsSpan(index * PictureLength, PictureLength);

    /// <summary>Numbers per picture: 3·H·W.</summary>
    public int PictureLength => 3 * Height * Width;
}
