using Visalign.Generators;
using Visalign.Rollouts;
using Visalign.Runs;
using Visalign.Studies;
using Visalign.Torch;
using Visalign.Torch.Engines;
using Visalign.Torch.Safetensors;
using Visalign.Worlds;

namespace Visalign.Pretraining;

/// <summary>Makes a model folder from a recipe: autoencoder, network, measurements, card.</summary>
/// <remarks>
/// The folder appears when it is whole. What is measured is what is in its files, in half precision. Interrupted after the
/// autoencoder is done, the draft beside it stays, so that the next attempt may begin there; before that, nothing does.
/// </remarks>
public static class ModelPretraining
{
    /// <summary>Trains, measures, writes.</summary>
    /// <returns>The card, which the folder holds as README.md.</returns>
    /// <exception cref="InputException">The folder is taken, or the autoencoder given is none.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static ModelCard Run(PretrainingRecipe recipe, PretrainingRequest request, IRunObserver observer, TimeProvider clock, CancellationToken stop)
    {
        Engine.Start();
        var training = recipe.Model;
        if (request.From is { } from)
        {
            if (request.Autoencoder is not null) throw new InputException($"--vae {request.Autoencoder}: with --from, the autoencoder is that of {from}. Leave one of the two out.");
            string start = ModelFolder.Find(from);
            foreach (var (network, file) in training.NetworkFiles)
                if (!File.Exists(Path.Combine(start, file))) throw new InputException($"--from {from}: there is no {file} in it, so it has no {network} of this recipe's kind to go on from.");
            training.CheckStart(from);
            request = request with { Autoencoder = start };
        }
        var draft = DraftFolder.Begin(request.Folder, request.Autoencoder);
        try
        {
            using var scope = Tensor.Scope();
            var card = Make(recipe, request, training, draft, observer, clock, stop);
            draft.Finish();
            return card;
        }
        catch
        {
            bool own = draft.IsContinued || request.Autoencoder is null;
            if (own && File.Exists(draft[training.AutoencoderFile]))
                observer.Told($"The finished autoencoder is kept in {draft.Path}; go on from it by --vae {draft.Path}, with the same --out.");
            else if (!draft.IsContinued)
                draft.Discard();
            throw;
        }
    }

    private static ModelCard Make(PretrainingRecipe recipe, PretrainingRequest request, IModelTraining training, DraftFolder draft, IRunObserver observer, TimeProvider clock, CancellationToken stop)
    {
        var measurement = recipe.Measurement;
        string autoencoder = draft[training.AutoencoderFile], story;
        Directory.CreateDirectory(Path.GetDirectoryName(autoencoder)!);
        if (request.Autoencoder is { } folder)
        {
            (story, var own) = training.Adopt(folder, autoencoder);
            if (!own.Equals(training)) observer.Told($"The autoencoder of {folder} was trained by other settings than the recipe's; the card has its own.");
            training = own;
        }
        else
        {
            observer.Began($"training the autoencoder for {training.AutoencoderTraining.Steps} steps");
            story = training.TrainAutoencoder(autoencoder, clock, new("autoencoder", observer), stop);
        }

        observer.Began($"sending {measurement.Scenes} scenes through the autoencoder");
        var roundTrip = RoundTrip.Measure(training.ThereAndBack(autoencoder), measurement.Scenes);
        observer.Told(FormattableString.Invariant($"{roundTrip.Share:P1} of correct scenes stay correct through the autoencoder"));

        observer.Began($"training the {training.NetworkName} for {training.NetworkTraining.Steps} steps");
        var voice = new PretrainingVoice(training.NetworkName, observer);
        training.TrainNetwork(draft.Path, request.From, clock, voice, stop);

        var scores = Measured();
        training.SaveGuidance(draft.Path, scores.MaxBy(score => score.Score)!.GuidanceScale);
        string network = TrainingStory.Of(voice.Last) + (request.From is { } model ? $"; begun from {ContentHash.Of(ModelFolder.Find(model))} (the folder's hash)" : "");
        var card = new ModelCard
        {
            Name = request.Name,
            Introduction = training.Introduction,
            Command = request.Command,
            Networks = [CardNetwork.Of("autoencoder", draft.Path, training.AutoencoderFile, story), .. training.NetworkFiles.Select(entry => CardNetwork.Of(entry.Name, draft.Path, entry.File, network))],
            RoundTrip = roundTrip,
            Prompts = measurement.Prompts,
            SampledBy = training.SampledBy(measurement),
            Scores = scores,
            Recipe = PretrainingRecipe.File.Resolve(training.In(recipe)),
        };
        File.WriteAllText(draft["README.md"], card.ToMarkdown());
        return card;

        List<CardScore> Measured()
        {
            observer.Began($"sampling {measurement.Prompts} tuning prompts at {HeldOutEvaluation.GuidanceScales.Count} guidance scales");
            using var generator = ModelFolder.Load(draft.Path);
            List<CardScore> measured = [];
            foreach (double scale in HeldOutEvaluation.GuidanceScales)
            {
                stop.ThrowIfCancellationRequested();
                var evaluation = HeldOutEvaluation.Run(generator, generator.Base, PromptSplit.Tuning, measurement.Prompts, PlainSampling.Steps(generator, measurement.Steps, "measurement.steps"), scale);
                measured.Add(new(scale, evaluation.Score, evaluation.SoftScore, evaluation.Tasks));
                observer.Advanced((double)measured.Count / HeldOutEvaluation.GuidanceScales.Count);
            }
            return measured;
        }
    }
}
