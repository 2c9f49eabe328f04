namespace Visalign.Torch.Safetensors;

/// <summary>One array of a safetensors file, as its header describes it.</summary>
/// <param name="Name">Any string, usually the key of a state dict.</param>
/// <param name="Type">The format of its numbers.</param>
/// <param name="Shape">Dimensions, outermost first; empty for a scalar.</param>
/// <param name="Offset">Where its bytes begin, from the start of the file.</param>
/// <param name="ByteCount">How many bytes it has; little-endian numbers, row-major.</param>
public sealed record SafetensorsEntry(string Name, StoredType Type, IReadOnlyList<long> Shape, long Offset, long ByteCount)
{
    /// <summary>Numbers in the array: the product of its shape, 1 for a scalar.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);
}
