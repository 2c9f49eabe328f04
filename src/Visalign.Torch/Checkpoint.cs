using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Visalign.Torch.Native;

namespace Visalign.Torch;

/// <summary>Activation checkpointing: a region keeps its inputs only and runs again when its gradients are asked for.</summary>
/// <remarks>
/// Works under <see cref="Autograd.Backward(Tensor, bool)"/> and <see cref="Autograd.Grad"/>, nested, and for weights the
/// region uses besides its inputs, since what libtorch would save is replaced tensor by tensor (Chen et al., arXiv
/// 1604.06174, by saved-tensor hooks). Gradients are bit-equal to the plain ones.
/// </remarks>
public static unsafe class Checkpoint
{
    [ThreadStatic] private static ExceptionDispatchInfo? t_failure;

    /// <summary>Runs a region under checkpointing.</summary>
    /// <param name="region">A deterministic function of its inputs and of weights that outlive the backward pass.</param>
    public static Tensor Run(Func<Tensor[], Tensor> region, params Tensor[] inputs)
    {
        var held = new Tensor[inputs.Length];
        for (int i = 0; i < inputs.Length; i++) held[i] = inputs[i].Share().Persist();
        var context = GCHandle.Alloc(new Region(region, held));
        Bridge.Check(Bridge.va_checkpoint_begin(&Recompute, &Release, GCHandle.ToIntPtr(context)));
        try
        {
            return region(inputs);
        }
        finally
        {
            Bridge.Check(Bridge.va_checkpoint_end());
        }
    }

    /// <summary>Checks a native backward call; an exception of a region's second run is rethrown as itself.</summary>
    internal static void Guard(NativeError* error)
    {
        var failure = t_failure;
        t_failure = null;
        if (error is not null && failure is not null)
        {
            Bridge.va_error_free(error);
            failure.Throw();
        }
        Bridge.Check(error);
    }

    [UnmanagedCallersOnly]
    private static int Recompute(nint context)
    {
        try
        {
            var region = (Region)GCHandle.FromIntPtr(context).Target!;
            using var scope = Tensor.Scope();
            region.Body(region.Inputs);
            return 0;
        }
#pragma warning disable CA1031 // An exception must not cross native frames; Guard rethrows it on the other side.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            t_failure = ExceptionDispatchInfo.Capture(failure);
            return 1;
        }
    }

    [UnmanagedCallersOnly]
    private static void Release(nint context)
    {
        var handle = GCHandle.FromIntPtr(context);
        foreach (var input in ((Region)handle.Target!).Inputs) input.Dispose();
        handle.Free();
    }

    private sealed record Region(Func<Tensor[], Tensor> Body, Tensor[] Inputs);
}
