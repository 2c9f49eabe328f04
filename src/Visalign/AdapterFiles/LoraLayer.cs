using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.AdapterFiles;

/// <summary>The arrays that a LoRA file has of one layer.</summary>
/// <param name="origin">The file, for messages.</param>
/// <param name="name">The layer.</param>
internal sealed class LoraLayer(string origin, string name, IReadOnlyDictionary<LoraPart, Tensor> parts)
{
    /// <summary>The layer.</summary>
    internal string Name => name;

    /// <summary>Its own alpha, or null.</summary>
    internal double? Alpha { get; } = parts.GetValueOrDefault(LoraPart.Alpha)?.Item();

    /// <summary>The change of the layer.</summary>
    /// <param name="weight">The layer's weight in the base.</param>
    /// <param name="settings">PEFT's, or null where the file has none.</param>
    /// <param name="missingAlpha">The alpha of layers that have none; NaN for their rank.</param>
    /// <exception cref="InputException">A part is missing or has a shape that does not fit the base, or settings and tensors disagree.</exception>
    internal LowRankPair Pair(Tensor weight, PeftSettings? settings, double missingAlpha)
    {
        Tensor down = Part(LoraPart.Down), up = Part(LoraPart.Up);
        long rank = down.Size(0), outputs = weight.Size(0);
        long[] inputs = weight.Shape[1..].ToArray(), ones = [.. inputs[1..].Select(_ => 1L)];
        var magnitude = parts.GetValueOrDefault(LoraPart.Magnitude);
        if (settings is not null && settings.Dora != magnitude is not null)
            throw new InputException($"{origin}: the settings say that DoRA is {(settings.Dora ? "used" : "not used")}, but '{name}' has {(magnitude is null ? "no" : "a")} magnitude; tensors and settings are of different adapters.");
        double alpha = Alpha ?? (double.IsNaN(missingAlpha) ? rank : missingAlpha);
        return new(Fitted(down, "down", [rank, .. inputs]), Fitted(up, "up", [outputs, rank, .. ones]), settings?.ScaleOf(name, (int)rank) ?? alpha / rank)
        {
            Magnitude = magnitude is null ? null : Fitted(magnitude.Reshape(-1), "magnitude", [outputs]),
        };
    }

    private Tensor Part(LoraPart part) => parts.GetValueOrDefault(part)
        ?? throw new InputException($"{origin}: '{name}' lacks its {(part == LoraPart.Down ? "down-projection (lora_A)" : "up-projection (lora_B)")}; the file is incomplete.");

    // A linear layer's factors may be stored as those of a 1×1 convolution, and the other way around.
    private Tensor Fitted(Tensor tensor, string part, long[] shape)
    {
        if (!Significant(tensor.Shape).SequenceEqual(Significant(shape)))
            throw new InputException($"{origin}: the {part} part of '{name}' has shape [{string.Join(", ", tensor.Shape.ToArray())}], expected [{string.Join(", ", shape)}]; the adapter is of another model.");
        return tensor.Reshape(shape);
    }

    private static ReadOnlySpan<long> Significant(ReadOnlySpan<long> shape) => shape.TrimEnd(1L);
}
