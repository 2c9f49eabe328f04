using System.Runtime.InteropServices;
using Visalign.Pictures;

namespace Visalign.Tests.Pictures;

public sealed partial class NativeCodecTests
{
    [Fact]
    public void A_missing_library_is_told_with_the_package_that_holds_it()
    {
        var error = Assert.Throws<InputException>(() => NativeCodec.Call("libabsent.so.1", "libabsent1", Absent));

        Assert.Contains("libabsent.so.1 was not found", error.Message);
        Assert.Contains("apt-get install libabsent1", error.Message);
    }

    [LibraryImport("libabsent.so.1", EntryPoint = "absent")]
    private static partial int Absent();
}
