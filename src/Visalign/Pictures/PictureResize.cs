namespace Visalign.Pictures;

/// <summary>Bicubic resizing of pictures in bytes, to the bit as Pillow does it.</summary>
/// <remarks>
/// Lines first, then columns, each pass in fixed point of 22 bits, rounded to the nearest level and clipped (Pillow's
/// <c>Resample.c</c> up to version 12). A pass that changes no size is left out.
/// </remarks>
public static class PictureResize
{
    private const int FractionBits = 22;

    /// <summary>A picture of another size.</summary>
    public static RgbPicture Bicubic(RgbPicture picture, int height, int width)
    {
        byte[] data = picture.Data;                                                                         // [H, W, 3]
        if (width != picture.Width) data = Pass(data, picture.Height, CubicTaps.Antialiased(picture.Width, width), inner: 3);
        if (height != picture.Height) data = Pass(data, 1, CubicTaps.Antialiased(picture.Height, height), inner: 3 * width);
        return new(data, height, width);
    }

    // Resamples the middle dimension of [outer, from, inner].
    private static byte[] Pass(byte[] data, int outer, CubicTaps taps, int inner)
    {
        int from = taps.From, to = taps.Lines.Count;
        var result = new byte[outer * to * inner];
        for (int i = 0; i < to; i++)
        {
            var (start, weights) = taps.Lines[i];
            int[] whole = Array.ConvertAll(weights, weight => (int)Math.Round(weight * (1 << FractionBits), MidpointRounding.AwayFromZero));
            for (int line = 0; line < outer; line++)
                for (int k = 0; k < inner; k++)
                {
                    int sum = 1 << (FractionBits - 1);
                    for (int tap = 0; tap < whole.Length; tap++) sum += whole[tap] * data[(line * from + start + tap) * inner + k];
                    result[(line * to + i) * inner + k] = (byte)Math.Clamp(sum >> FractionBits, 0, 255);
                }
        }
        return result;
    }
}
