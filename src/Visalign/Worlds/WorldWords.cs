namespace Visalign.Worlds;

/// <summary>The English of the world: what each shape, color, number and relation is called.</summary>
internal static class WorldWords
{
    private static readonly string[] Singulars = ["circle", "square", "triangle", "cross"];
    private static readonly string[] Plurals = ["circles", "squares", "triangles", "crosses"];
    private static readonly string[] Colors = ["red", "green", "blue", "yellow", "purple", "orange"];
    private static readonly string[] Relations = ["left of", "right of", "above", "below"];
    private static readonly string[] Numbers = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight"];

    public static string Name(ObjectShape shape) => Singulars[(int)shape];

    public static string Plural(ObjectShape shape) => Plurals[(int)shape];

    public static string Name(ObjectColor color) => Colors[(int)color];

    public static string Name(Relation relation) => Relations[(int)relation];

    /// <summary>The number in words, up to eight, then "many".</summary>
    public static string Number(int count) => count < Numbers.Length ? Numbers[count] : "many";

    public static ObjectShape? ShapeNamed(string word) => Find<ObjectShape>(Singulars, word);

    public static ObjectShape? PluralNamed(string word) => Find<ObjectShape>(Plurals, word);

    public static ObjectColor? ColorNamed(string word) => Find<ObjectColor>(Colors, word);

    /// <summary>2, 3 or 4 for the numbers that can be asked for, otherwise null.</summary>
    public static int? CountNamed(string word) =>
        Array.IndexOf(Numbers, word) is var count and >= 2 and <= SceneRequest.MaximumObjects ? count : null;

    /// <summary>"a red circle", "an orange square", "a circle".</summary>
    public static string WithArticle(WantedObject wanted) =>
        (wanted.Color is ObjectColor.Orange ? "an " : "a ") + Bare(wanted);

    /// <summary>"red circle", "circle".</summary>
    public static string Bare(WantedObject wanted) =>
        wanted.Color is { } color ? $"{Name(color)} {Name(wanted.Shape)}" : Name(wanted.Shape);

    /// <summary>"red circles", "circles".</summary>
    public static string BarePlural(WantedObject wanted) =>
        wanted.Color is { } color ? $"{Name(color)} {Plural(wanted.Shape)}" : Plural(wanted.Shape);

    private static T? Find<T>(string[] names, string word) where T : struct, Enum =>
        Array.IndexOf(names, word) is var index and >= 0 ? Enum.GetValues<T>()[index] : null;
}
