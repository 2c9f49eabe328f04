using System.Runtime.InteropServices;
using System.Text;

namespace Visalign.Pictures;

/// <summary>8-bit RGB PNG files, through the simplified API of libpng 1.6.</summary>
public static partial class Png
{
    /// <summary>Decoding refuses more pixels than this: 16,384 x 16,384.</summary>
    public const long MaximumPixelCount = 1L << 28;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>A picture as the bytes of a PNG file; the same picture gives the same bytes with the same libpng and zlib.</summary>
    /// <exception cref="InputException">libpng is not installed.</exception>
    public static byte[] Encode(RgbPicture picture) => NativeCodec.Call(Library, Package, () => EncodeNative(picture));

    /// <summary>The picture in the bytes of a PNG file of any color type and depth.</summary>
    /// <remarks>Transparency is laid over white. Colors are taken to sRGB when the file says that it uses another gamma.</remarks>
    /// <param name="content">The whole file.</param>
    /// <param name="source">Where it came from, for the error message: a path.</param>
    /// <exception cref="InputException">Not a PNG file, a damaged one or too large a one; or libpng is not installed.</exception>
    public static RgbPicture Decode(byte[] content, string source) =>
        NativeCodec.Call(Library, Package, () => DecodeNative(content, source));

    /// <summary>Writes a picture to a file, whole or not at all.</summary>
    /// <exception cref="InputException">The file cannot be written, or libpng is not installed.</exception>
    public static void Write(string path, RgbPicture picture) => AtomicFile.Write(path, Encode(picture));

    /// <summary>Reads a picture from a file.</summary>
    /// <exception cref="InputException">The file is missing or not a sound PNG file, or libpng is not installed.</exception>
    public static RgbPicture Read(string path)
    {
        try
        {
            return Decode(File.ReadAllBytes(path), path);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read ({cause.Message}).", cause);
        }
    }

    private static unsafe byte[] EncodeNative(RgbPicture picture)
    {
        var image = new Image
        {
            Version = ImageVersion,
            Width = (uint)picture.Width,
            Height = (uint)picture.Height,
            Format = FormatRgb,
        };
        // Deflate grows incompressible rows (each with its filter byte) by far less than a quarter; 4 KiB hold the chunk headers.
        long rawSize = (3L * picture.Width + 1) * picture.Height;
        var content = new byte[rawSize + rawSize / 4 + 4096];
        nuint size = (nuint)content.Length;
        fixed (byte* target = content)
        fixed (byte* pixels = picture.Data)
        {
            if (WriteToMemory(&image, target, &size, convertToEightBit: 0, pixels, rowStride: 0, colorMap: null) == 0)
            {
                throw new InputException($"a picture of {picture.Width}x{picture.Height} pixels cannot be coded as PNG: {Message(&image)}.");
            }
        }
        return content[..(int)size];
    }

    private static unsafe RgbPicture DecodeNative(byte[] content, string source)
    {
        if (!content.AsSpan().StartsWith(Signature))
        {
            throw new InputException($"{source}: not a PNG file. Convert the picture to PNG.");
        }

        var image = new Image { Version = ImageVersion };
        fixed (byte* bytes = content)
        {
            if (BeginReadFromMemory(&image, bytes, (nuint)content.Length) == 0)
            {
                throw new InputException($"{source}: a damaged PNG file ({Message(&image)}). Write or download it again.");
            }
            if ((long)image.Width * image.Height > MaximumPixelCount)
            {
                Free(&image);
                throw new InputException(
                    $"{source}: {image.Width}x{image.Height} pixels, expected at most {MaximumPixelCount} in all. Make the picture smaller.");
            }

            image.Format = FormatRgb;
            var data = new byte[3L * image.Width * image.Height];        // [H, W, 3]
            var white = new Color(255, 255, 255);
            fixed (byte* pixels = data)
            {
                if (FinishRead(&image, &white, pixels, rowStride: 0, colorMap: null) == 0)
                {
                    throw new InputException($"{source}: a damaged PNG file ({Message(&image)}). Write or download it again.");
                }
            }
            return new RgbPicture(data, (int)image.Height, (int)image.Width);
        }
    }

    private static unsafe string Message(Image* image) => Encoding.Latin1.GetString(
        MemoryMarshal.CreateReadOnlySpanFromNullTerminated(image->Message));
}
