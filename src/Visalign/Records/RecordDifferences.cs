using System.Diagnostics;

namespace Visalign.Records;

/// <summary>A value that two records do not have in common.</summary>
/// <param name="Key">As overrides name it: <c>optimizer.learning_rate</c>, <c>rewards.0.weight</c>.</param>
/// <param name="One">What the first has, as its file would say it; null where it has nothing there.</param>
/// <param name="Other">What the second has.</param>
public readonly record struct RecordDifference(string Key, string? One, string? Other);

/// <summary>Holds two trees of nodes against each other, value by value.</summary>
internal static class RecordDifferences
{
    /// <summary>Every key whose values differ, in the order of the first tree, then what only the second has.</summary>
    public static IReadOnlyList<RecordDifference> Between(YamlNode one, YamlNode other)
    {
        Dictionary<string, string> ones = Values(one), others = Values(other);
        return [.. ones.Keys.Union(others.Keys).Select(key => new RecordDifference(key, ones.GetValueOrDefault(key), others.GetValueOrDefault(key))).Where(pair => pair.One != pair.Other)];
    }

    private static Dictionary<string, string> Values(YamlNode root)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        Add("", root);
        return values;

        void Add(string key, YamlNode node)
        {
            switch (node)
            {
                case YamlScalar scalar: values.Add(key, scalar.Quoted ? $"'{scalar.Text}'" : scalar.Text); break;
                case YamlList { Items.Count: 0 }: values.Add(key, "[]"); break;
                case YamlList list:
                    for (int i = 0; i < list.Items.Count; i++) Add(Below(key, $"{i}"), list.Items[i]);
                    break;
                case YamlMap map:
                    foreach (var entry in map.Entries) Add(Below(key, entry.Key), entry.Value);
                    break;
                default: throw new UnreachableException();
            }
        }
    }

    private static string Below(string key, string name) => key.Length == 0 ? name : $"{key}.{name}";
}
