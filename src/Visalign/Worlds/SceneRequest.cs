namespace Visalign.Worlds;

/// <summary>An object that was asked for.</summary>
/// <param name="Shape">Its shape, always named.</param>
/// <param name="Color">Its color, or null when any color will do.</param>
public readonly record struct WantedObject(ObjectShape Shape, ObjectColor? Color = null);

/// <summary>What a prompt asks for: exactly these objects and nothing else in the picture.</summary>
/// <remarks>Equal requests compare equal, so a request also serves as a key. <see cref="PromptGrammar"/> reads and writes them.</remarks>
/// <param name="Task">The kind of request.</param>
/// <param name="First">The object named first; when counting, what every one of the objects must be.</param>
/// <param name="Second">The object named second, null in tasks with one noun.</param>
/// <param name="Count">How many of <paramref name="First"/>: 2 to 4 when counting, otherwise 1.</param>
/// <param name="Relation">Where the first object lies as seen from the second; null outside position.</param>
public sealed record SceneRequest(
    SceneTask Task, WantedObject First, WantedObject? Second = null, int Count = 1, Relation? Relation = null)
{
    /// <summary>The most objects a request can hold.</summary>
    public const int MaximumObjects = 4;

    /// <summary>How many objects the picture must hold, 1 to 4.</summary>
    public int ObjectCount => Second is null ? Count : 2;

    /// <summary>The wanted object at <paramref name="index"/>, from 0 to <see cref="ObjectCount"/> - 1.</summary>
    public WantedObject this[int index] => Second is { } second && index == 1 ? second : First;
}
