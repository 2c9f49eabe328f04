using System.Runtime.InteropServices;

namespace Visalign.Torch.Native;

/// <summary>Collects the texts that the bridge sends back one call at a time.</summary>
internal static unsafe class Texts
{
    internal delegate NativeError* Sender(delegate* unmanaged<nint, byte*, void> receive, nint context);

    internal static List<string> From(Sender sender)
    {
        List<string> texts = [];
        var handle = GCHandle.Alloc(texts);
        try
        {
            Bridge.Check(sender(&Receive, GCHandle.ToIntPtr(handle)));
        }
        finally
        {
            handle.Free();
        }
        return texts;
    }

    [UnmanagedCallersOnly]
    private static void Receive(nint context, byte* text) =>
        ((List<string>)GCHandle.FromIntPtr(context).Target!).Add(Marshal.PtrToStringUTF8((nint)text) ?? "");
}
