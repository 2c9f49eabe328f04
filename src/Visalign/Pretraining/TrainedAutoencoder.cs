using System.Globalization;
using Visalign.Records;
using Visalign.Torch;
using Visalign.Torch.Safetensors;

namespace Visalign.Pretraining;

/// <summary>A finished autoencoder in its file, which says how it was trained.</summary>
/// <typeparam name="TRecipe">How one of its kind is trained.</typeparam>
/// <param name="Recipe">What it was trained by; null where its file does not say.</param>
/// <param name="Story">For the card.</param>
internal sealed record TrainedAutoencoder<TRecipe>(TRecipe? Recipe, string Story) where TRecipe : class
{
    private static readonly RecordFormat<TRecipe> Format = new(RecordTypes.None);

    private const string RecipeKey = "recipe", LossKey = "loss";

    /// <summary>Writes one that was trained just now, in half precision.</summary>
    /// <param name="format">What the file says it is.</param>
    internal static TrainedAutoencoder<TRecipe> Save(string path, string format, IEnumerable<(string Name, Tensor Value)> weights, TRecipe recipe, PretrainingProgress last)
    {
        TensorFiles.Save(path, weights, new Dictionary<string, string>
        {
            ["format"] = format,
            [RecipeKey] = Format.Resolve(recipe),
            [LossKey] = last.Loss.ToString("G4", CultureInfo.InvariantCulture),
        }, StoredType.Float16);
        return new(recipe, TrainingStory.Of(last));
    }

    /// <summary>Takes one over from another model folder.</summary>
    /// <param name="fileNames">Where the kinds of model folders have it.</param>
    /// <param name="path">Where it is copied to.</param>
    /// <param name="expected">Fresh weights of the network that a recipe describes; null for the one that a file which does not say must have.</param>
    /// <param name="steps">Those of a recipe's training.</param>
    /// <exception cref="InputException">There is none in the folder, or it is of another network.</exception>
    internal static TrainedAutoencoder<TRecipe> Adopt(string folder, IReadOnlyList<string> fileNames, string path, Func<TRecipe?, List<(string Name, Tensor Value)>> expected, Func<TRecipe, int> steps)
    {
        string source = fileNames.Select(file => Path.Combine(folder, file)).FirstOrDefault(File.Exists)
            ?? throw new InputException($"--vae {folder}: there is no {fileNames[0]} in it; name a model folder, or what an interrupted pretraining left.");
        using var file = SafetensorsFile.Open(source);
        var metadata = file.Metadata ?? new Dictionary<string, string>();
        var recipe = metadata.TryGetValue(RecipeKey, out string? text) ? Format.Parse(text, source) : null;
        using (Tensor.Scope())
        {
            var network = expected(recipe);
            foreach (var (name, value) in network)
                if (file.Entries.Count != network.Count || !file.Entries.TryGetValue(name, out var entry) || !value.Shape.SequenceEqual([.. entry.Shape]))
                    throw new InputException($"{source}: is of another network than the embedded world's autoencoder, which has '{name}' of shape [{string.Join(", ", value.Shape.ToArray())}]; train one by leaving --vae out.");
        }
        if (Path.GetFullPath(source) != Path.GetFullPath(path)) File.Copy(source, path);
        string story = recipe is null ? $"taken from {folder}, whose file does not say how it was trained; not by the recipe below"
            : $"{steps(recipe)} steps before this run, last loss {metadata.GetValueOrDefault(LossKey, "unknown")}; taken from {folder}";
        return new(recipe, story);
    }
}

/// <summary>A training for the card.</summary>
internal static class TrainingStory
{
    /// <summary>Steps, seconds, last loss.</summary>
    internal static string Of(PretrainingProgress last) =>
        string.Create(CultureInfo.InvariantCulture, $"{last.Steps} steps in {last.Seconds:F0} s, last loss {last.Loss:G4}");
}
