namespace Visalign.Worlds;

/// <summary>Where the first object of a request lies, seen from the second.</summary>
public enum Relation
{
    /// <summary>Smaller x.</summary>
    LeftOf,

    /// <summary>Larger x.</summary>
    RightOf,

    /// <summary>Smaller y: rows count downwards.</summary>
    Above,

    /// <summary>Larger y.</summary>
    Below,
}
