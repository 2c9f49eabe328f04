namespace Visalign.Pictures;

/// <summary>One picture in 8-bit RGB, as files hold it.</summary>
/// <param name="Data">Shape <c>[H, W, 3]</c>, row-major, top row first.</param>
/// <param name="Height">H, in pixels.</param>
/// <param name="Width">W, in pixels.</param>
public sealed record RgbPicture(byte[] Data, int Height, int Width)
{
    /// <summary>One picture of a batch in bytes: <c>round(255 x)</c>, ties to even, clamped to [0, 255].</summary>
    /// <exception cref="InputException">The picture holds a NaN or an infinity.</exception>
    public static RgbPicture Of(PictureBatch pictures, int index)
    {
        var planes = pictures[index];                                    // [3, H, W]
        int pixelCount = pictures.Height * pictures.Width;
        var data = new byte[planes.Length];                              // [H, W, 3]
        for (int channel = 0; channel < 3; channel++)
        {
            for (int pixel = 0; pixel < pixelCount; pixel++)
            {
                float value = planes[channel * pixelCount + pixel];
                if (!float.IsFinite(value))
                {
                    throw new InputException(
                        $"picture {index}: pixel ({pixel % pictures.Width}, {pixel / pictures.Width}) is {value}, expected a number in " +
                        "[0, 1]. The generator has probably diverged: lower the learning rate, or go back to an earlier checkpoint.");
                }
                data[3 * pixel + channel] = (byte)Math.Clamp(MathF.Round(255f * value), 0f, 255f);
            }
        }
        return new RgbPicture(data, pictures.Height, pictures.Width);
    }

    /// <summary>Pictures of one size as a batch, values <c>byte / 255</c>.</summary>
    /// <returns>Shape <c>[B, 3, H, W]</c>, in [0, 1].</returns>
    /// <exception cref="InputException">No picture, or pictures of several sizes.</exception>
    public static PictureBatch Batch(IReadOnlyList<RgbPicture> pictures)
    {
        if (pictures.Count == 0)
        {
            throw new InputException("pictures: found none, expected at least one.");
        }

        var first = pictures[0];
        int pixelCount = first.Height * first.Width;
        var data = new float[pictures.Count * 3 * pixelCount];           // [B, 3, H, W]
        for (int index = 0; index < pictures.Count; index++)
        {
            var picture = pictures[index];
            if (picture.Height != first.Height || picture.Width != first.Width)
            {
                throw new InputException(
                    $"picture {index}: found {picture.Width}x{picture.Height} pixels, expected {first.Width}x{first.Height} as in " +
                    "picture 0. Resize them to one size.");
            }
            for (int channel = 0; channel < 3; channel++)
            {
                for (int pixel = 0; pixel < pixelCount; pixel++)
                {
                    data[(3 * index + channel) * pixelCount + pixel] = picture.Data[3 * pixel + channel] / 255f;
                }
            }
        }
        return new PictureBatch(data, pictures.Count, first.Height, first.Width);
    }
}
