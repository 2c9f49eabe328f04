namespace Visalign.Worlds;

/// <summary>The six kinds of request, after GenEval (Ghosh et al., arXiv 2310.11513).</summary>
public enum SceneTask
{
    /// <summary>One object of a shape: "a circle".</summary>
    SingleObject,

    /// <summary>Two objects of two shapes: "a circle and a square".</summary>
    TwoObjects,

    /// <summary>Two to four objects of one shape: "three circles", "two red circles".</summary>
    Counting,

    /// <summary>One object of a shape and color: "a red circle".</summary>
    Colors,

    /// <summary>Two objects, one placed relative to the other: "a circle left of a square".</summary>
    Position,

    /// <summary>Two objects, each with its own color: "a red circle and a blue square".</summary>
    ColorAttribution,
}
