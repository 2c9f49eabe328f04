using System.Runtime.InteropServices;

namespace Visalign.Pictures;

// png.h of libpng 1.6, section "THE SIMPLIFIED API"; its soname has been libpng16.so.16 since 1.6.0.
public static partial class Png
{
    private const string Library = "libpng16.so.16";
    private const string Package = "libpng16-16";
    private const uint ImageVersion = 1; // PNG_IMAGE_VERSION
    private const uint FormatRgb = 2;    // PNG_FORMAT_RGB

    /// <summary><c>png_image</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Image
    {
        public nint Opaque;
        public uint Version;
        public uint Width;
        public uint Height;
        public uint Format;
        public uint Flags;
        public uint ColorMapEntries;
        public uint WarningOrError;
        public fixed byte Message[64];
    }

    /// <summary><c>png_color</c>.</summary>
    private readonly record struct Color(byte Red, byte Green, byte Blue);

    [LibraryImport(Library, EntryPoint = "png_image_write_to_memory")]
    private static unsafe partial int WriteToMemory(
        Image* image, byte* memory, nuint* size, int convertToEightBit, byte* buffer, int rowStride, void* colorMap);

    [LibraryImport(Library, EntryPoint = "png_image_begin_read_from_memory")]
    private static unsafe partial int BeginReadFromMemory(Image* image, byte* memory, nuint size);

    [LibraryImport(Library, EntryPoint = "png_image_finish_read")]
    private static unsafe partial int FinishRead(Image* image, Color* background, byte* buffer, int rowStride, void* colorMap);

    [LibraryImport(Library, EntryPoint = "png_image_free")]
    private static unsafe partial void Free(Image* image);
}
