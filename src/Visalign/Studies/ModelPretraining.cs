using Visalign.Generators;
using Visalign.Networks;
using Visalign.Runs;
using Visalign.Torch;
using Visalign.Torch.Engines;
using Visalign.Torch.Safetensors;
using Visalign.Worlds;

namespace Visalign.Studies;

/// <summary>Makes a model folder from a recipe: autoencoder, network over its latents, measurements, card.</summary>
/// <remarks>
/// The folder appears when it is whole. What is measured is what is in its files, in half precision. Interrupted after the
/// autoencoder is done, the draft beside it stays, so that the next attempt may begin there; before that, nothing does.
/// </remarks>
public static class ModelPretraining
{
    /// <summary>Trains, measures, writes.</summary>
    /// <returns>The card, which the folder holds as README.md.</returns>
    /// <exception cref="InputException">The folder is taken, or what is to be built on is of another kind.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static ModelCard Run(ILatentRecipe recipe, PretrainingRequest request, IRunObserver observer, TimeProvider clock, CancellationToken stop)
    {
        Engine.Start();
        var model = recipe.Model;
        if (request.From is { } name)
        {
            if (request.Autoencoder is not null) throw new InputException($"--vae {request.Autoencoder}: with --from, the autoencoder is that of {name}. Leave one of the two out.");
            string from = ModelFolder.Find(name);
            foreach (var (network, file) in model.Files)
                if (!File.Exists(Path.Combine(from, file))) throw new InputException($"--from {name}: there is no {file} in it, so it has no {network} of this recipe's kind to go on from.");
            model.CheckFrom(from, name);
            request = request with { Autoencoder = from };
        }
        var draft = DraftFolder.Begin(request.Folder, request.Autoencoder);
        try
        {
            using var scope = Tensor.Scope();
            var card = Make(recipe, model, request, draft, observer, clock, stop);
            draft.Finish();
            return card;
        }
        catch
        {
            bool own = draft.IsContinued || request.Autoencoder is null;
            if (own && File.Exists(draft[model.AutoencoderFile]))
                observer.Told($"The finished autoencoder is kept in {draft.Path}; go on from it by --vae {draft.Path}, with the same --out.");
            else if (!draft.IsContinued)
                draft.Discard();
            throw;
        }
    }

    private static ModelCard Make(ILatentRecipe recipe, ILatentModel model, PretrainingRequest request, DraftFolder draft, IRunObserver observer, TimeProvider clock, CancellationToken stop)
    {
        string vaeFile = draft[model.AutoencoderFile];
        Directory.CreateDirectory(Path.GetDirectoryName(vaeFile)!);
        var vae = request.Autoencoder is { } folder ? TrainedVae.Adopt(folder, vaeFile) : TrainVae();
        if (vae.Recipe is { } used && used != recipe.Vae) observer.Told($"The autoencoder of {request.Autoencoder} was trained by other settings than the recipe's; the card has its own.");

        var autoencoder = TensorFiles.LoadAll(vaeFile, DType.Float32);
        observer.Began($"sending {recipe.Measurement.Scenes} scenes through the autoencoder");
        var roundTrip = VaeRoundTrip.Measure(Weights.Of(autoencoder), recipe.Measurement.Scenes);
        observer.Told(FormattableString.Invariant($"{roundTrip.Share:P1} of correct scenes stay correct through the autoencoder"));

        var last = TrainNetwork();
        var scores = Measured();
        model.Tune(draft.Path, scores.MaxBy(score => score.Score)!.GuidanceScale);
        string story = TrainedVae.InWords(last) + (request.From is { } name ? $"; begun from {ContentHash.Of(ModelFolder.Find(name))} (the folder's hash)" : "");
        var card = new ModelCard
        {
            Name = request.Name,
            Description = model.Description,
            Command = request.Command,
            Machine = ModelCard.ThisMachine(),
            Networks = [CardNetwork.Of("autoencoder", draft.Path, model.AutoencoderFile, vae.Story), .. model.Files.Select(entry => CardNetwork.Of(entry.Name, draft.Path, entry.File, story))],
            RoundTrip = roundTrip,
            Measurement = recipe.Measurement,
            Scores = scores,
            Recipe = recipe.Resolve(vae.Recipe ?? recipe.Vae),
        };
        File.WriteAllText(draft["README.md"], card.ToMarkdown());
        return card;

        TrainedVae TrainVae()
        {
            observer.Began($"training the autoencoder for {recipe.Vae.Training.Steps} steps");
            using var inner = Tensor.Scope();
            var voice = new PretrainingVoice("autoencoder", observer);
            var weights = VaePretraining.Run(recipe.Vae.Training, clock, voice, recipe.Vae.KlWeight, stop);
            return TrainedVae.Save(vaeFile, weights, recipe.Vae, voice.Last);
        }

        PretrainingProgress TrainNetwork()
        {
            observer.Began($"training the {model.Network} for {model.Training.Steps} steps");
            var voice = new PretrainingVoice(model.Network, observer);
            model.Train(draft.Path, Weights.Of(autoencoder), request.From is { } from ? ModelFolder.Find(from) : null, clock, voice, stop);
            return voice.Last;
        }

        List<CardScore> Measured()
        {
            var (prompts, steps) = (recipe.Measurement.Prompts, recipe.Measurement.Steps);
            observer.Began($"sampling {prompts} tuning prompts at {HeldOutEvaluation.GuidanceScales.Count} guidance scales");
            using var generator = ModelFolder.Load(draft.Path);
            List<CardScore> measured = [];
            foreach (double scale in HeldOutEvaluation.GuidanceScales)
            {
                stop.ThrowIfCancellationRequested();
                var evaluation = HeldOutEvaluation.Run(generator, generator.Base, PromptSplit.Tuning, prompts, steps, scale);
                measured.Add(new(scale, evaluation.Score, evaluation.SoftScore, evaluation.Tasks));
                observer.Advanced((double)measured.Count / HeldOutEvaluation.GuidanceScales.Count);
            }
            return measured;
        }
    }
}
