namespace Visalign.AdapterFiles;

/// <summary>What an array of a LoRA file is to its layer.</summary>
internal enum LoraPart
{
    /// <summary>A.</summary>
    Down,
    /// <summary>B.</summary>
    Up,
    /// <summary>The number that scale times rank is.</summary>
    Alpha,
    /// <summary>m of DoRA.</summary>
    Magnitude,
}

/// <summary>What a key of a LoRA file names.</summary>
/// <param name="Component">The generator's network, such as <c>unet</c>.</param>
/// <param name="Layer">The layer in it, by the key of its weight without <c>.weight</c>.</param>
internal readonly record struct LoraKey(string Component, string Layer, LoraPart Part);
