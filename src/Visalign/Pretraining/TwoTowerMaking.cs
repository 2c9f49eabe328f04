using System.Text.Json;
using System.Text.Json.Nodes;
using Visalign.Generators;
using Visalign.Networks;
using Visalign.Rewards;
using Visalign.Runs;
using Visalign.Torch;
using Visalign.Torch.Engines;
using Visalign.Torch.Safetensors;
using Visalign.Worlds;

namespace Visalign.Pretraining;

/// <summary>Makes the folder of a two-tower judge from a recipe: towers, measurements, card.</summary>
/// <remarks>The layout is transformers' own for a <c>CLIPModel</c>. What is measured is what is in the files, in half precision.</remarks>
internal static class TwoTowerMaking
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <inheritdoc cref="IPretrainingRecipe.Make"/>
    /// <returns>The card, which the folder holds as README.md.</returns>
    internal static TwoTowerCard Run(TwoTowerRecipe recipe, PretrainingRequest request, IRunObserver observer, TimeProvider clock, CancellationToken stop)
    {
        request.ExpectNothingToBuildOn();
        Engine.Start();
        using var generator = ModelFolder.LoadNoise(recipe.Measurement.Model);
        var draft = DraftFolder.Begin(request.Folder, continued: null);
        try
        {
            using var scope = Tensor.Scope();
            var card = Make(recipe, request, generator, draft, observer, clock, stop);
            draft.Finish();
            return card;
        }
        catch
        {
            draft.Discard();
            throw;
        }
    }

    private static TwoTowerCard Make(
        TwoTowerRecipe recipe, PretrainingRequest request, IGenerator generator, DraftFolder draft, IRunObserver observer, TimeProvider clock, CancellationToken stop)
    {
        var (network, training) = (recipe.TwoTower.Network, recipe.TwoTower.Training);
        observer.Began($"training the towers for {training.Steps} steps");
        var voice = new PretrainingVoice("towers", observer);
        var weights = TwoTowerPretraining.Run(training, network, recipe.TwoTower.Family, clock, voice, stop);
        SaveModel(draft.Path, network.ToJson(), weights);

        var measurement = recipe.Measurement;
        using var judge = new TwoTower(new() { Model = draft.Path });
        observer.Began($"showing it {measurement.Scenes} scenes of tuning prompts and as many of held-out ones");
        var choices = new[] { PromptSplit.Tuning, PromptSplit.HeldOut }.Select(split => (split, TwoTowerMeasurement.Choose(judge.Model, split, measurement.Scenes))).ToList();
        stop.ThrowIfCancellationRequested();
        observer.Began($"sampling {measurement.Group} pictures of {measurement.Prompts} held-out prompts");
        var samples = SampledGroups.Draw(generator, PromptSplit.HeldOut, TwoTowerMeasurement.Seed, measurement.Prompts, measurement.Group, measurement.Steps, share =>
        {
            stop.ThrowIfCancellationRequested();
            observer.Advanced(share);
        });
        var card = new TwoTowerCard
        {
            Name = request.Name,
            Command = request.Command,
            Networks = [CardNetwork.Of("both towers", draft.Path, TwoTowerModel.WeightsFile, TrainingStory.Of(voice.Last))],
            Choices = choices,
            Measurement = measurement,
            Agreement = TwoTowerMeasurement.Agree(judge, samples, measurement.Group, measurement.Tie),
            Recipe = TwoTowerRecipe.File.Resolve(recipe),
        };
        File.WriteAllText(draft["README.md"], card.ToMarkdown());
        return card;
    }

    /// <summary>Writes configuration, preparation and weights, in half precision.</summary>
    internal static void SaveModel(string folder, JsonObject config, IEnumerable<(string Name, Tensor Value)> weights)
    {
        File.WriteAllText(Path.Combine(folder, TwoTowerModel.ConfigFile), config.ToJsonString(Indented) + "\n");
        File.WriteAllText(Path.Combine(folder, TwoTowerModel.PreparationFile), ClipPictures.Square(Scene.Size).ToJson().ToJsonString(Indented) + "\n");
        // transformers asks for this word.
        TensorFiles.Save(Path.Combine(folder, TwoTowerModel.WeightsFile), weights, new Dictionary<string, string> { ["format"] = "pt" }, StoredType.Float16);
    }
}
