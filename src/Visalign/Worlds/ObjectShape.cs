namespace Visalign.Worlds;

/// <summary>The shapes of the shapes32 world, always upright.</summary>
public enum ObjectShape
{
    /// <summary>A disk of the object's radius.</summary>
    Circle,

    /// <summary>A filled square, its half side 0.9 of the radius.</summary>
    Square,

    /// <summary>A filled triangle with its tip up, as wide as two radii and 1.8 radii high.</summary>
    Triangle,

    /// <summary>A plus sign, two radii across, its arms 0.7 of the radius wide.</summary>
    Cross,
}
