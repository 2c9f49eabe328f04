using Visalign.Generators;
using Visalign.Networks;
using Visalign.Rewards;
using Visalign.Runs;
using Visalign.Torch;
using Visalign.Torch.Engines;
using Visalign.Worlds;

namespace Visalign.Pretraining;

/// <summary>Makes the folder of a step-aware preference model from a recipe: pictures, pairs, training, measurements, card.</summary>
/// <remarks>What is measured is what is in the files, in half precision.</remarks>
internal static class StepPreferenceMaking
{
    /// <inheritdoc cref="IPretrainingRecipe.Make"/>
    /// <returns>The card, which the folder holds as README.md.</returns>
    internal static StepPreferenceCard Run(StepPreferenceRecipe recipe, PretrainingRequest request, IRunObserver observer, TimeProvider clock, CancellationToken stop)
    {
        request.ExpectNothingToBuildOn();
        Engine.Start();
        using var generator = ModelFolder.LoadNoise(recipe.StepPreference.Model);
        using var towers = TwoTowerModel.Load(recipe.StepPreference.TwoTower);
        var draft = DraftFolder.Begin(request.Folder, continued: null);
        try
        {
            using var scope = Tensor.Scope();
            var card = Make(recipe, request, generator, towers, draft, observer, clock, stop);
            draft.Finish();
            return card;
        }
        catch
        {
            draft.Discard();
            throw;
        }
    }

    private static StepPreferenceCard Make(StepPreferenceRecipe recipe, PretrainingRequest request, NoiseGenerator generator, TwoTowerModel towers,
        DraftFolder draft, IRunObserver observer, TimeProvider clock, CancellationToken stop)
    {
        var (plan, measurement) = (recipe.StepPreference, recipe.Measurement);
        observer.Began($"sampling {plan.Group} pictures of {plan.Prompts} training prompts");
        var samples = SampledGroups.Draw(generator, PromptSplit.Training, (ulong)plan.Training.Seed, plan.Prompts, plan.Group, plan.Steps, Advanced);
        var pairs = PreferencePair.Within(samples.Truth, plan.Group, plan.Tie);
        double ties = pairs.Average(pair => pair.Preferred == 0.5f ? 1.0 : 0);
        observer.Told(FormattableString.Invariant($"{pairs.Count} pairs, {ties:P1} of them ties"));

        observer.Began($"training the step-aware tower for {plan.Training.Steps} steps");
        var voice = new PretrainingVoice("tower", observer);
        var weights = StepPreferencePretraining.Run(plan.Training, towers, generator, samples, pairs, clock, voice, stop);
        TwoTowerMaking.SaveModel(draft.Path, towers.Config.ToJson(StepPreference.Kind), weights);

        observer.Began($"sampling {measurement.Group} pictures of {measurement.Prompts} held-out prompts");
        var heldOut = SampledGroups.Draw(generator, PromptSplit.HeldOut, TwoTowerMeasurement.Seed, measurement.Prompts, measurement.Group, plan.Steps, Advanced);
        using var judge = new StepPreferenceReward(draft.Path);
        using var plain = new TwoTower(new() { Model = plan.TwoTower });
        var card = new StepPreferenceCard
        {
            Name = request.Name,
            Command = request.Command,
            Networks = [CardNetwork.Of("both towers", draft.Path, TwoTowerModel.WeightsFile,
                $"{TrainingStory.Of(voice.Last)}; begun from {ContentHash.Of(ModelFolder.Find(plan.TwoTower))} (the folder's hash)")],
            Training = plan,
            PairCount = pairs.Count,
            Ties = ties,
            Levels = StepPreferenceMeasurement.AtLevels(generator, heldOut, measurement.Group, PreferencePair.Within(heldOut.Truth, measurement.Group, plan.Tie), measurement.Levels, judge, plain),
            Measurement = measurement,
            Recipe = StepPreferenceRecipe.File.Resolve(recipe),
        };
        File.WriteAllText(draft["README.md"], card.ToMarkdown());
        return card;

        void Advanced(double share)
        {
            stop.ThrowIfCancellationRequested();
            observer.Advanced(share);
        }
    }
}
