using System.Globalization;

namespace Visalign.Records;

/// <summary>A value given beside the file, as <c>--set rollout.group_size=4</c>.</summary>
/// <remarks>
/// It is written into the tree before records are made, so that faults name it. The path is dotted, with indices for
/// list items (<c>rewards.0.weight</c>); a last key alone will do where only one path ends with it. The value is YAML.
/// </remarks>
internal static class Override
{
    /// <summary>Writes one override into a tree.</summary>
    /// <param name="assignment"><c>path=value</c>.</param>
    /// <param name="shape">What the tree should become.</param>
    /// <param name="faults">Receives a sentence when the override makes no sense.</param>
    public static void Apply(string assignment, RecordShape shape, YamlMap tree, List<string> faults)
    {
        string place = $"--set {assignment}";
        string[] halves = assignment.Split('=', 2);
        if (halves.Length < 2 || halves[0].Split('.').Any(string.IsNullOrWhiteSpace))
        {
            faults.Add($"{place}: expected key=value, as in --set budget.iterations=8.");
            return;
        }

        if (FullPath(halves[0].Trim(), shape, tree, place, faults) is { } path)
        {
            Write(path.Split('.'), YamlReader.ReadValue(halves[1].Trim(), place, faults), shape, tree, place, faults);
        }
    }

    private static string? FullPath(string path, RecordShape shape, YamlMap tree, string place, List<string> faults)
    {
        if (path.Contains('.', StringComparison.Ordinal) || shape.Find(path) is not null || tree.Find(path) is not null)
        {
            return path;
        }

        var all = Paths(shape, tree).ToList();
        var fitting = all.FindAll(candidate => LastKey(candidate) == path);
        if (fitting.Count == 1)
        {
            return fitting[0];
        }

        if (fitting.Count > 1)
        {
            faults.Add($"{place}: '{path}' could be any of {string.Join(", ", fitting)}. Write one of them in full.");
            return null;
        }

        string hint = NearestName.Among(path, all.Select(LastKey)) is { } near
            ? $"Did you mean '{all.Find(candidate => LastKey(candidate) == near)}'?"
            : $"Known keys: {string.Join(", ", shape.Fields.Select(field => field.Key))}.";
        faults.Add($"{place}: unknown key '{path}'. {hint}");
        return null;
    }

    private static void Write(string[] keys, YamlNode value, Shape shape, YamlNode root, string place, List<string> faults)
    {
        var (node, current) = (root, (Shape?)shape);
        for (int i = 0; i < keys.Length; i++)
        {
            string path = string.Join('.', keys[..i]);
            var inner = Inner(current, keys[i], node);
            var next = i == keys.Length - 1 ? value : null;
            switch (node)
            {
                case YamlMap map:
                    next ??= Opened(map.Find(keys[i]), inner, place);
                    map.Set(new YamlEntry(place, keys[i], next));
                    break;
                case YamlList list when int.TryParse(keys[i], NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < list.Items.Count:
                    next ??= Opened(list.Items[index], inner, place);
                    list.Items[index] = next;
                    break;
                case YamlList list:
                    faults.Add($"{place}: '{path}' has no item {keys[i]}; it holds {list.Items.Count}, counted from 0.");
                    return;
                default:
                    faults.Add($"{place}: '{path}' is {node.InWords}, it has no '{keys[i]}' inside.");
                    return;
            }

            (node, current) = (next, inner);
        }
    }

    /// <summary>A node that keys can be written into: a bare name becomes a map, and so does nothing.</summary>
    private static YamlNode Opened(YamlNode? node, Shape? shape, string place) => node switch
    {
        null or YamlScalar { IsNull: true } => new YamlMap(place, []),
        YamlScalar name when shape is ChoiceShape => new YamlMap(name.Where, [new YamlEntry(name.Where, ChoiceShape.NameKey, name)]),
        _ => node,
    };

    private static Shape? Inner(Shape? shape, string key, YamlNode? node) => shape switch
    {
        RecordShape record => record.Find(key)?.Shape,
        ListShape list => list.Element,
        ChoiceShape choice => Picked(choice, node)?.Find(key)?.Shape,
        _ => null,
    };

    private static IEnumerable<string> Paths(Shape shape, YamlNode? node)
    {
        IEnumerable<(string Key, Shape Shape, YamlNode? Node)> inner = (shape, node) switch
        {
            (RecordShape record, _) => record.Fields.Select(field => (field.Key, field.Shape, (node as YamlMap)?.Find(field.Key))),
            (ChoiceShape choice, _) when Picked(choice, node) is { } picked => picked.Fields
                .Select(field => (field.Key, field.Shape, (node as YamlMap)?.Find(field.Key))),
            (ListShape list, YamlList items) => items.Items
                .Select((item, index) => (index.ToString(CultureInfo.InvariantCulture), list.Element, (YamlNode?)item)),
            _ => [],
        };

        return inner.SelectMany(part => Paths(part.Shape, part.Node).Select(rest => $"{part.Key}.{rest}").Prepend(part.Key));
    }

    private static RecordShape? Picked(ChoiceShape choice, YamlNode? node) => node switch
    {
        YamlScalar name => choice.Find(name.Text),
        YamlMap map when map.Find(ChoiceShape.NameKey) is YamlScalar name => choice.Find(name.Text),
        _ => null,
    };

    private static string LastKey(string path) => path[(path.LastIndexOf('.') + 1)..];
}
