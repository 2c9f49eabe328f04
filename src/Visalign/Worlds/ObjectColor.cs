namespace Visalign.Worlds;

/// <summary>The colors of the shapes32 world; <see cref="Palette"/> has their values.</summary>
public enum ObjectColor
{
    /// <summary>RGB 0.87, 0.13, 0.15.</summary>
    Red,

    /// <summary>RGB 0.12, 0.72, 0.25.</summary>
    Green,

    /// <summary>RGB 0.13, 0.33, 0.88.</summary>
    Blue,

    /// <summary>RGB 0.97, 0.88, 0.15.</summary>
    Yellow,

    /// <summary>RGB 0.60, 0.20, 0.75.</summary>
    Purple,

    /// <summary>RGB 0.98, 0.55, 0.08.</summary>
    Orange,
}
