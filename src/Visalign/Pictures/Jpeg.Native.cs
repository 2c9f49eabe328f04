using System.Runtime.InteropServices;

namespace Visalign.Pictures;

// turbojpeg.h: the TurboJPEG 2 functions, which version 3 keeps under the same soname.
public static partial class Jpeg
{
    private const string Library = "libturbojpeg.so.0";
    private const string Package = "libturbojpeg0";
    private const int PixelsRgb = 0;            // TJPF_RGB
    private const int Samples444 = 0;           // TJSAMP_444
    private const int Samples422 = 1;           // TJSAMP_422
    private const int Samples420 = 2;           // TJSAMP_420
    private const int FastTransform = 2048;     // TJFLAG_FASTDCT
    private const int AccurateTransform = 4096; // TJFLAG_ACCURATEDCT

    /// <summary>A <c>tjhandle</c> for compression.</summary>
    private sealed class Compressor() : SafeHandle(invalidHandleValue: 0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle() => Destroy(handle) == 0;
    }

    [LibraryImport(Library, EntryPoint = "tjInitCompress")]
    private static partial Compressor InitCompress();

    [LibraryImport(Library, EntryPoint = "tjCompress2")]
    private static unsafe partial int Compress(
        Compressor compressor, byte* pixels, int width, int pitch, int height, int pixelFormat,
        byte** file, CULong* size, int subsampling, int quality, int flags);

    [LibraryImport(Library, EntryPoint = "tjGetErrorStr2")]
    private static partial nint ErrorText(Compressor compressor);

    [LibraryImport(Library, EntryPoint = "tjFree")]
    private static unsafe partial void Free(byte* file);

    [LibraryImport(Library, EntryPoint = "tjDestroy")]
    private static partial int Destroy(nint handle);
}
