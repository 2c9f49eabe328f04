namespace Visalign.Worlds;

/// <summary>Reads one sentence from left to right; every method returns null when the words do not continue that way.</summary>
internal sealed class PromptReader(string[] words)
{
    private int _next;

    /// <summary>The request the whole sentence makes, or null.</summary>
    public SceneRequest? Sentence()
    {
        _ = Take("draw") || Take("show") || Take("a", "picture", "of");
        var request = _next < words.Length && WorldWords.CountNamed(words[_next]) is { } count ? Several(count) : OneOrTwo();
        return _next == words.Length ? request : null;
    }

    private SceneRequest? Several(int count)
    {
        _next++;
        var color = Color();
        if (_next == words.Length || WorldWords.PluralNamed(words[_next]) is not { } shape) return null;
        _next++;
        return new SceneRequest(SceneTask.Counting, new(shape, color), Count: count);
    }

    private SceneRequest? OneOrTwo()
    {
        if (Noun() is not { } first) return null;
        if (_next == words.Length)
        {
            return new SceneRequest(first.Color is null ? SceneTask.SingleObject : SceneTask.Colors, first);
        }

        var relation = Link(out var linked);
        if (!linked || Noun() is not { } second) return null;
        // "a circle and a circle" is better said as "two circles", and no picture has it left of itself.
        if (first.Shape == second.Shape && (first.Color == second.Color || first.Color is null || second.Color is null)) return null;

        var task = relation is not null ? SceneTask.Position
            : first.Color is null && second.Color is null ? SceneTask.TwoObjects
            : SceneTask.ColorAttribution;
        return new SceneRequest(task, first, second, Relation: relation);
    }

    private Relation? Link(out bool linked)
    {
        linked = true;
        if (Take("and") || Take("with")) return null;
        if (Take("above")) return Relation.Above;
        if (Take("below")) return Relation.Below;
        if (Take("left", "of") || Take("to", "the", "left", "of")) return Relation.LeftOf;
        if (Take("right", "of") || Take("to", "the", "right", "of")) return Relation.RightOf;

        linked = false;
        return null;
    }

    private WantedObject? Noun()
    {
        _ = Take("a") || Take("an") || Take("one");
        var color = Color();
        if (_next == words.Length || WorldWords.ShapeNamed(words[_next]) is not { } shape) return null;
        _next++;
        return new WantedObject(shape, color);
    }

    private ObjectColor? Color()
    {
        var color = _next < words.Length ? WorldWords.ColorNamed(words[_next]) : null;
        if (color is not null) _next++;
        return color;
    }

    private bool Take(params ReadOnlySpan<string> phrase)
    {
        if (!words.AsSpan(_next).StartsWith(phrase)) return false;
        _next += phrase.Length;
        return true;
    }
}
