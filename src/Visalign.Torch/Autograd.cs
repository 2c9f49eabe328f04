using Visalign.Torch.Engines;
using Visalign.Torch.Native;

namespace Visalign.Torch;

/// <summary>Reverse-mode differentiation.</summary>
public static unsafe class Autograd
{
    /// <summary>Turns recording off until disposed, on this thread.</summary>
    public static GradModeScope NoGrad() => new(false);

    /// <summary>Turns recording on until disposed, on this thread.</summary>
    public static GradModeScope EnableGrad() => new(true);

    /// <summary>Whether recording is on.</summary>
    public static bool IsRecording
    {
        get
        {
            Engine.Start();
            return Bridge.va_grad_mode(-1) != 0;
        }
    }

    /// <summary>Adds the gradient of a scalar into the gradients of the leaves it depends on.</summary>
    public static void Backward(Tensor loss, bool retainGraph = false) => Backward([loss], [null], retainGraph);

    /// <summary>Adds vector-Jacobian products into the leaves' gradients.</summary>
    /// <param name="outputs">What to differentiate.</param>
    /// <param name="outputGradients">One cotangent each, of its output's shape; null for a scalar output.</param>
    public static void Backward(ReadOnlySpan<Tensor> outputs, ReadOnlySpan<Tensor?> outputGradients, bool retainGraph = false, bool createGraph = false)
    {
        if (outputs.Length != outputGradients.Length) throw new ArgumentException($"{outputs.Length} outputs need as many gradients, got {outputGradients.Length}.");
        var handles = stackalloc nint[outputs.Length];
        var gradients = stackalloc nint[outputs.Length];
        Fill(outputs, handles);
        for (int i = 0; i < outputGradients.Length; i++) gradients[i] = outputGradients[i]?.Handle ?? 0;
        Checkpoint.Guard(Bridge.va_backward(handles, gradients, outputs.Length, retainGraph ? 1 : 0, createGraph ? 1 : 0));
    }

    /// <summary>Gradients of scalars (or of products with <paramref name="outputGradients"/>) with respect to inputs, leaving the leaves alone.</summary>
    /// <param name="createGraph">Record the gradients themselves, to differentiate again.</param>
    /// <exception cref="TorchException">An input that no output depends on.</exception>
    public static Tensor[] Grad(ReadOnlySpan<Tensor> outputs, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor?> outputGradients = default, bool retainGraph = false, bool createGraph = false)
    {
        var outputHandles = stackalloc nint[outputs.Length];
        var gradients = stackalloc nint[outputs.Length];
        var inputHandles = stackalloc nint[inputs.Length];
        var results = stackalloc nint[inputs.Length];
        Fill(outputs, outputHandles);
        Fill(inputs, inputHandles);
        for (int i = 0; i < outputs.Length; i++) gradients[i] = i < outputGradients.Length ? outputGradients[i]?.Handle ?? 0 : 0;
        Checkpoint.Guard(Bridge.va_grad(outputHandles, gradients, outputs.Length, inputHandles, inputs.Length, retainGraph || createGraph ? 1 : 0, createGraph ? 1 : 0, 0, results));
        var tensors = new Tensor[inputs.Length];
        for (int i = 0; i < tensors.Length; i++) tensors[i] = new Tensor(results[i]);
        return tensors;
    }

    private static void Fill(ReadOnlySpan<Tensor> tensors, nint* handles)
    {
        for (int i = 0; i < tensors.Length; i++) handles[i] = tensors[i].Handle;
    }
}

/// <summary>Restores the recording mode when disposed.</summary>
public readonly struct GradModeScope : IDisposable
{
    private readonly int _before;

    internal GradModeScope(bool on)
    {
        Engine.Start();
        _before = Bridge.va_grad_mode(on ? 1 : 0);
    }

    /// <summary>Goes back to the mode before.</summary>
    public void Dispose() => _ = Bridge.va_grad_mode(_before);
}

public sealed partial class Tensor
{
    /// <summary>Makes this leaf one that gradients are accumulated for.</summary>
    public Tensor RequireGrad(bool required = true)
    {
        unsafe { Bridge.Check(Bridge.va_require_grad(Handle, required ? 1 : 0)); }
        return this;
    }

    /// <summary>The accumulated gradient, or null before the first backward.</summary>
    public unsafe Tensor? Gradient
    {
        get
        {
            Bridge.Check(Bridge.va_gradient(Handle, out nint gradient));
            return gradient == 0 ? null : new Tensor(gradient);
        }
    }

    /// <summary>Replaces the accumulated gradient; null clears it.</summary>
    public unsafe void SetGradient(Tensor? gradient) => Bridge.Check(Bridge.va_set_gradient(Handle, gradient?.Handle ?? 0));
}
