using Visalign.Generators;
using Visalign.Methods;
using Visalign.Runs;

namespace Visalign.Studies;

/// <summary>A recipe that was asked for by name or path.</summary>
/// <param name="Name">What its run folders are called after: the slug, or the file's name without its ending.</param>
/// <param name="Arguments">What asks a command for it once more: the name or path, and the overrides.</param>
public sealed record ShippedRecipe(string Name, Recipe Recipe, string Arguments)
{
    /// <summary>The recipe of a paper, or of a file.</summary>
    /// <param name="slugOrPath">A slug of the list of papers, or the path of a YAML file.</param>
    /// <param name="overrides">Values that replace those of the file, each as <c>rollout.steps=4</c>.</param>
    /// <exception cref="InputException">No such paper or file, a paper without a recipe yet, or the recipe's faults.</exception>
    public static ShippedRecipe Find(string slugOrPath, IReadOnlyList<string> overrides)
    {
        var papers = PaperCatalog.Load();
        string arguments = slugOrPath + string.Concat(overrides.Select(text => $" --set '{text}'"));
        bool isPath = slugOrPath.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal) || Path.GetExtension(slugOrPath) is ".yaml" or ".yml";
        if (isPath || (papers.All(paper => paper.Slug != slugOrPath) && File.Exists(slugOrPath)))
            return new(Path.GetFileNameWithoutExtension(slugOrPath), Recipe.File.Read(slugOrPath, overrides), arguments);
        var paper = PaperCatalog.Find(papers, slugOrPath);
        if (paper.Recipe.Length == 0)
            throw new InputException($"'{slugOrPath}' has no recipe here yet. These have one: {string.Join(", ", papers.Where(one => one.Recipe.Length > 0).Select(one => one.Slug))}.");
        return new(paper.Slug, Shipped(paper.Recipe, overrides), arguments);
    }

    /// <summary>The recipe of the demo: the quickest method there is.</summary>
    /// <inheritdoc cref="Find"/>
    public static ShippedRecipe Demo(IReadOnlyList<string> overrides) => Find("diffusion-nft", overrides) with { Name = "demo" };

    // Faults name the file as it is called here, not where the checkout happens to be.
    private static Recipe Shipped(string path, IReadOnlyList<string> overrides) => ShippedFile.Find(path) is { } found
        ? Recipe.File.Parse(File.ReadAllText(found), path, overrides)
        : throw new InputException($"{path}: this file ships with the program but is not there; run the program from a whole checkout.");
}
