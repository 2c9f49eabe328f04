using Visalign.Records;

namespace Visalign.Pretraining;

/// <summary>The kinds of models that can be made, told apart by a key that only recipes of that kind have.</summary>
public static class PretrainingKinds
{
    private static readonly IReadOnlyList<(string Key, Func<string, IReadOnlyList<string>, IPretrainingRecipe> Read)> All =
    [
        ("gpt", (path, overrides) => PretrainingRecipe.File.Read(path, overrides)),
        ("step_preference", (path, overrides) => StepPreferenceRecipe.File.Read(path, overrides)),
        ("transformer", (path, overrides) => PretrainingRecipe.File.Read(path, overrides)),
        ("two_tower", (path, overrides) => TwoTowerRecipe.File.Read(path, overrides)),
        ("unet", (path, overrides) => PretrainingRecipe.File.Read(path, overrides)),
    ];

    /// <summary>Reads a recipe of any kind.</summary>
    /// <param name="path">A YAML file.</param>
    /// <param name="overrides">Values that replace those of the file, each as <c>transformer.training.steps=4</c>.</param>
    /// <exception cref="InputException">No such file, no kind or several, or the recipe's faults.</exception>
    public static IPretrainingRecipe Read(string path, params IReadOnlyList<string> overrides)
    {
        var keys = YamlReader.Read(TextFile.Read(path), path, faults: []) is YamlMap map ? map.Entries.Select(entry => entry.Key).ToHashSet() : [];
        var kinds = All.Where(kind => keys.Contains(kind.Key)).ToList();
        return kinds.Count == 1 ? kinds[0].Read(path, overrides)
            : throw new InputException($"{path}: expected one of the keys {string.Join(", ", All.Select(kind => kind.Key))}, which say what is made; found {(kinds.Count == 0 ? "none" : string.Join(" and ", kinds.Select(kind => kind.Key)))}.");
    }
}
