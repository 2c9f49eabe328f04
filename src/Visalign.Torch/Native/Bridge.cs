using System.Runtime.InteropServices;

namespace Visalign.Torch.Native;

/// <summary>The exports of <c>native/bridge.h</c>, one to one.</summary>
internal static unsafe partial class Bridge
{
    internal const string Library = "visalign_bridge";

    [LibraryImport(Library)] internal static partial void va_error_free(NativeError* error);

    [LibraryImport(Library)] internal static partial NativeError* va_engine_text(delegate* unmanaged<nint, byte*, void> receive, nint context);
    [LibraryImport(Library)] internal static partial NativeError* va_threads(int set, out int count);
    [LibraryImport(Library)] internal static partial NativeError* va_has_device(int deviceType, out int present);
    [LibraryImport(Library)] internal static partial long va_memory_in_use();
    [LibraryImport(Library)] internal static partial NativeError* va_operator_schemas(delegate* unmanaged<nint, byte*, void> receive, nint context);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial NativeError* va_operator(string name, string overload, out nint result, delegate* unmanaged<nint, byte*, void> schema, nint context);

    [LibraryImport(Library)]
    internal static partial NativeError* va_call(nint op, Value* arguments, int argumentCount, Value* results, int capacity, out int resultCount);

    [LibraryImport(Library)] internal static partial void va_retain(nint tensor);
    [LibraryImport(Library)] internal static partial void va_release(nint tensor);
    [LibraryImport(Library)] internal static partial NativeError* va_info(nint tensor, out NativeInfo info);

    [LibraryImport(Library)]
    internal static partial NativeError* va_from_memory(void* data, long* sizes, int dimensions, int dtype, delegate* unmanaged<nint, void> release, nint context, out nint result);

    [LibraryImport(Library)] internal static partial int va_grad_mode(int set);
    [LibraryImport(Library)] internal static partial NativeError* va_require_grad(nint tensor, int required);
    [LibraryImport(Library)] internal static partial NativeError* va_gradient(nint tensor, out nint result);
    [LibraryImport(Library)] internal static partial NativeError* va_set_gradient(nint tensor, nint gradient);

    [LibraryImport(Library)]
    internal static partial NativeError* va_backward(nint* outputs, nint* outputGradients, int outputCount, int retainGraph, int createGraph);

    [LibraryImport(Library)]
    internal static partial NativeError* va_grad(nint* outputs, nint* outputGradients, int outputCount, nint* inputs, int inputCount, int retainGraph, int createGraph, int allowUnused, nint* results);

    [LibraryImport(Library)]
    internal static partial NativeError* va_checkpoint_begin(delegate* unmanaged<nint, int> recompute, delegate* unmanaged<nint, void> release, nint context);

    [LibraryImport(Library)] internal static partial NativeError* va_checkpoint_end();

    [LibraryImport(Library)]
    internal static partial NativeError* va_adamw(float* parameters, float* gradients, float* first, float* second, float* average, long count, float gradientScale, float learningRate, float beta1, float beta2, float epsilon, float weightDecay, float correction1, float correction2, float averageDecay);

    [LibraryImport(Library)] internal static partial NativeError* va_squared_norm(float* values, long count, out double result);

    /// <summary>Turns a native error into the exception it stands for; does nothing for null.</summary>
    /// <exception cref="TorchException">libtorch refused the call.</exception>
    internal static void Check(NativeError* error)
    {
        if (error is not null) Throw(error);
    }

    private static void Throw(NativeError* error)
    {
        int kind = error->Kind;
        string message = Marshal.PtrToStringUTF8(error->Message) ?? "";
        va_error_free(error);
        if (kind == NativeError.OutOfMemory) throw new TorchOutOfMemoryException($"{message} ({Tensor.LiveCount} live tensors)");
        throw new TorchException(message);
    }
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeError
{
    internal const int OutOfMemory = 2;
    internal int Kind;
    internal nint Message;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeInfo
{
    internal int DType, DeviceType, DeviceIndex, Dimensions, RequiresGrad, IsLeaf, IsContiguous, HasStorage;
    internal long ElementCount;
    internal long* Sizes, Strides;
    internal void* Data;
}
