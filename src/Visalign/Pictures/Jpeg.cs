using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Visalign.Pictures;

/// <summary>Baseline JPEG files, through libjpeg-turbo's TurboJPEG API.</summary>
public static partial class Jpeg
{
    /// <summary>A picture as the bytes of a JPEG file; the same picture gives the same bytes as Pillow over the same libjpeg-turbo.</summary>
    /// <exception cref="InputException">A quality outside 1 to 100, too large a picture, or libturbojpeg is not installed.</exception>
    public static byte[] Encode(RgbPicture picture, JpegSettings settings)
    {
        if (settings.Quality is < 1 or > 100)
        {
            throw new InputException($"quality: found {settings.Quality}, expected 1 to 100.");
        }
        return NativeCodec.Call(Library, Package, () => EncodeNative(picture, settings));
    }

    private static unsafe byte[] EncodeNative(RgbPicture picture, JpegSettings settings)
    {
        int subsampling = settings.Subsampling switch
        {
            ChromaSubsampling.Full => Samples444,
            ChromaSubsampling.Half => Samples422,
            ChromaSubsampling.Quarter => Samples420,
            _ => throw new UnreachableException(),
        };
        int transform = settings.Transform switch
        {
            CosineTransform.AccurateInteger => AccurateTransform,
            CosineTransform.FastInteger => FastTransform,
            _ => throw new UnreachableException(),
        };

        using var compressor = InitCompress();
        byte* file = null; // grown by TurboJPEG, ours to free
        var size = new CULong(0);
        try
        {
            fixed (byte* pixels = picture.Data)
            {
                int status = Compress(
                    compressor, pixels, picture.Width, pitch: 0, picture.Height, PixelsRgb, &file, &size, subsampling, settings.Quality, transform);
                if (status != 0)
                {
                    throw new InputException(
                        $"a picture of {picture.Width}x{picture.Height} pixels cannot be coded as JPEG: " +
                        $"{Marshal.PtrToStringUTF8(ErrorText(compressor))}.");
                }
            }
            return new ReadOnlySpan<byte>(file, (int)size.Value).ToArray();
        }
        finally
        {
            Free(file);
        }
    }
}
