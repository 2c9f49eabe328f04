namespace Visalign.Torch;

/// <summary>libtorch refused a call; the message names the operator, the shapes it was given and libtorch's reason.</summary>
public class TorchException : Exception
{
    /// <summary>A refusal with libtorch's <paramref name="message"/>.</summary>
    public TorchException(string message) : base(message) { }
}

/// <summary>libtorch could not allocate memory; the message carries the number of live tensors.</summary>
public sealed class TorchOutOfMemoryException : TorchException
{
    /// <summary>A failed allocation with libtorch's <paramref name="message"/>.</summary>
    public TorchOutOfMemoryException(string message) : base(message) { }
}
