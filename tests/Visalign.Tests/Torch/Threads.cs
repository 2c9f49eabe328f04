using Visalign.Torch.Native;

namespace Visalign.Tests.Torch;

/// <summary>Runs something with another number of libtorch threads.</summary>
internal static unsafe class Threads
{
    internal static T With<T>(int count, Func<T> body)
    {
        Visalign.Torch.Engines.Engine.Start();
        Bridge.Check(Bridge.va_threads(0, out int before));
        Bridge.Check(Bridge.va_threads(count, out _));
        try
        {
            return body();
        }
        finally
        {
            Bridge.Check(Bridge.va_threads(before, out _));
        }
    }
}
