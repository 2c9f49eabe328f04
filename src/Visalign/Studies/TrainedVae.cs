using System.Globalization;
using Visalign.Networks;
using Visalign.Records;
using Visalign.Torch;
using Visalign.Torch.Safetensors;

namespace Visalign.Studies;

/// <summary>A finished autoencoder in its file, which says how it was trained.</summary>
/// <param name="Recipe">What it was trained by; null where its file does not say.</param>
/// <param name="Story">For the card.</param>
internal sealed record TrainedVae(VaeRecipe? Recipe, string Story)
{
    // Where the kinds of model folders have it.
    private static readonly string[] Files = ["vae.safetensors", WorldPipeline.Autoencoder];

    /// <summary>The file of a folder's autoencoder; null where it has none.</summary>
    internal static string? Find(string folder) => Files.Select(file => Path.Combine(folder, file)).FirstOrDefault(File.Exists);

    private static readonly RecordFormat<VaeRecipe> Format = new(RecordTypes.None);

    private const string RecipeKey = "recipe", LossKey = "loss";

    /// <summary>Writes one that was trained just now, in half precision.</summary>
    internal static TrainedVae Save(string path, IEnumerable<(string Name, Tensor Value)> weights, VaeRecipe recipe, PretrainingProgress last)
    {
        TensorFiles.Save(path, weights, new Dictionary<string, string>
        {
            ["format"] = "visalign-vae-1",
            [RecipeKey] = Format.Resolve(recipe),
            [LossKey] = last.Loss.ToString("G4", CultureInfo.InvariantCulture),
        }, StoredType.Float16);
        return new(recipe, InWords(last));
    }

    /// <summary>Takes one over from another model folder.</summary>
    /// <exception cref="InputException">There is none in the folder, or it is of another network.</exception>
    internal static TrainedVae Adopt(string folder, string path)
    {
        string source = Find(folder)
            ?? throw new InputException($"--vae {folder}: there is no {Files[0]} in it; name a model folder, or what an interrupted pretraining left.");
        using (var scope = Tensor.Scope())
        {
            var found = TensorFiles.LoadAll(source).ToDictionary(entry => entry.Name, entry => entry.Value, StringComparer.Ordinal);
            var expected = ToyVae.Initialize(0);
            foreach (var (name, value) in expected)
                if (found.Count != expected.Count || !found.TryGetValue(name, out var tensor) || !tensor.Shape.SequenceEqual(value.Shape))
                    throw new InputException($"{source}: is of another network than the embedded world's autoencoder, which has '{name}' of shape [{string.Join(", ", value.Shape.ToArray())}]; train one by leaving --vae out.");
        }
        using var file = SafetensorsFile.Open(source);
        var metadata = file.Metadata ?? new Dictionary<string, string>();
        var recipe = metadata.TryGetValue(RecipeKey, out string? text) ? Format.Parse(text, source) : null;
        if (Path.GetFullPath(source) != Path.GetFullPath(path)) File.Copy(source, path);
        string story = recipe is null ? $"taken from {folder}, whose file does not say how it was trained; not by the recipe below"
            : $"{recipe.Training.Steps} steps before this run, last loss {metadata.GetValueOrDefault(LossKey, "unknown")}; taken from {folder}";
        return new(recipe, story);
    }

    /// <summary>A training for the card.</summary>
    internal static string InWords(PretrainingProgress last) =>
        string.Create(CultureInfo.InvariantCulture, $"{last.Steps} steps in {last.Seconds:F0} s, last loss {last.Loss:G4}");
}
