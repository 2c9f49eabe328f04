using Visalign.Generators;
using Visalign.Networks;
using Visalign.Runs;
using Visalign.Torch;
using Visalign.Torch.Engines;
using Visalign.Torch.Safetensors;
using Visalign.Worlds;

namespace Visalign.Studies;

/// <summary>A model to make.</summary>
public sealed record PretrainingRequest
{
    /// <summary>How.</summary>
    public required PretrainingRecipe Recipe { get; init; }

    /// <summary>The model folder to make: missing or empty.</summary>
    public required string Folder { get; init; }

    /// <summary>A folder with a finished <c>vae.safetensors</c> to build on; null to train one.</summary>
    public string? Autoencoder { get; init; }

    /// <summary>A model, shipped name or folder, whose transformer to begin with, and whose autoencoder is used; null to begin afresh.</summary>
    public string? From { get; init; }

    /// <summary>The command line, for the card.</summary>
    public required string Command { get; init; }
}

/// <summary>Makes a model folder from a recipe: autoencoder, transformer, measurements, card.</summary>
/// <remarks>
/// The folder appears when it is whole. What is measured is what is in its files, in half precision. Interrupted after the
/// autoencoder is done, the draft beside it stays, so that the next attempt may begin there; before that, nothing does.
/// </remarks>
public static class ModelPretraining
{
    private const string TransformerFile = "transformer.safetensors";

    /// <summary>Trains, measures, writes.</summary>
    /// <returns>The card, which the folder holds as README.md.</returns>
    /// <exception cref="InputException">The folder is taken, or the autoencoder given is none.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static ModelCard Run(PretrainingRequest request, IRunObserver observer, TimeProvider clock, CancellationToken stop)
    {
        Engine.Start();
        using var from = request.From is { } model ? ModelFolder.LoadNoise(model) : null;
        if (from is not null)
        {
            if (request.Autoencoder is not null) throw new InputException($"--vae {request.Autoencoder}: with --from, the autoencoder is that of {request.From}. Leave one of the two out.");
            var network = GeneratorConfig.Read(ModelFolder.Find(request.From!)).Network;
            if (network != request.Recipe.Transformer.Network)
                throw new InputException($"--from {request.From}: its transformer is {network}, the recipe's {request.Recipe.Transformer.Network}. Give 'transformer' the same sizes.");
            request = request with { Autoencoder = ModelFolder.Find(request.From!) };
        }
        var draft = DraftFolder.Begin(request.Folder, request.Autoencoder);
        try
        {
            using var scope = Tensor.Scope();
            var card = Make(request, from, draft, observer, clock, stop);
            draft.Finish();
            return card;
        }
        catch
        {
            bool own = draft.IsContinued || request.Autoencoder is null;
            if (own && File.Exists(draft[TrainedVae.FileName]))
                observer.Told($"The finished autoencoder is kept in {draft.Path}; go on from it by --vae {draft.Path}, with the same --out.");
            else if (!draft.IsContinued)
                draft.Discard();
            throw;
        }
    }

    private static ModelCard Make(PretrainingRequest request, NoiseGenerator? from, DraftFolder draft, IRunObserver observer, TimeProvider clock, CancellationToken stop)
    {
        var recipe = request.Recipe;
        var vae = request.Autoencoder is { } folder ? TrainedVae.Adopt(folder, draft[TrainedVae.FileName]) : TrainVae();
        if (vae.Recipe is { } used && used != recipe.Vae)
        {
            observer.Told($"The autoencoder of {request.Autoencoder} was trained by other settings than the recipe's; the card has its own.");
            recipe = recipe with { Vae = used };
        }

        var autoencoder = TensorFiles.LoadAll(draft[TrainedVae.FileName], DType.Float32);
        observer.Began($"sending {recipe.Measurement.Scenes} scenes through the autoencoder");
        var roundTrip = VaeRoundTrip.Measure(Weights.Of(autoencoder), recipe.Measurement.Scenes);
        observer.Told(FormattableString.Invariant($"{roundTrip.Share:P1} of correct scenes stay correct through the autoencoder"));

        var (config, last) = TrainTransformer();
        var scores = Measured();
        (config with { GuidanceScale = scores.MaxBy(score => score.Score)!.GuidanceScale }).Save(draft.Path);
        var card = new ModelCard
        {
            Name = Path.GetFileName(Path.GetFullPath(Path.TrimEndingDirectorySeparator(request.Folder))),
            Command = request.Command,
            Machine = Machine(),
            Networks = [Network("autoencoder", TrainedVae.FileName, vae.Story), Network("transformer", TransformerFile, TrainedVae.InWords(last) + (request.From is { } model ? $"; begun from {ContentHash.Of(ModelFolder.Find(model))} (the folder's hash)" : ""))],
            RoundTrip = roundTrip,
            Measurement = recipe.Measurement,
            Scores = scores,
            Recipe = PretrainingRecipe.File.Resolve(recipe),
        };
        File.WriteAllText(draft["README.md"], card.ToMarkdown());
        return card;

        TrainedVae TrainVae()
        {
            observer.Began($"training the autoencoder for {recipe.Vae.Training.Steps} steps");
            using var inner = Tensor.Scope();
            var voice = new PretrainingVoice("autoencoder", observer);
            var weights = VaePretraining.Run(recipe.Vae.Training, clock, voice, recipe.Vae.KlWeight, stop);
            return TrainedVae.Save(draft[TrainedVae.FileName], weights, recipe.Vae, voice.Last);
        }

        (GeneratorConfig Config, PretrainingProgress Last) TrainTransformer()
        {
            observer.Began($"training the transformer for {recipe.Transformer.Training.Steps} steps");
            using var inner = Tensor.Scope();
            var voice = new PretrainingVoice("transformer", observer);
            var network = recipe.Transformer.Network;
            var (weights, scale) = FlowPretraining.Run(recipe.Transformer.Training, network, recipe.Transformer.Flaws, Weights.Of(autoencoder), from is null ? null : (from.Base, GeneratorConfig.Read(ModelFolder.Find(request.From!)).LatentScale), clock, voice, stop);
            TensorFiles.Save(draft[TransformerFile], weights, new Dictionary<string, string> { ["format"] = "visalign-transformer-1" }, StoredType.Float16);
            var made = new GeneratorConfig { Network = network, LatentScale = scale };
            made.Save(draft.Path);
            return (made, voice.Last);
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

        CardNetwork Network(string name, string file, string training)
        {
            using var stored = SafetensorsFile.Open(draft[file]);
            return new(name, file, stored.Entries.Values.Sum(entry => entry.Shape.Aggregate(1L, (product, size) => product * size)), ContentHash.Of(draft[file]), training);
        }
    }

    private static (string, string)[] Machine()
    {
        var engine = Engine.Current;
        return
        [
            ("program", $"visalign {Provenance.ThisProgram}"),
            ("engine", $"libtorch {engine.Libtorch.Version}"),
            ("BLAS", $"{Path.GetFileName(engine.Blas.Library)}{(engine.Blas.Core.Length > 0 ? $", {engine.Blas.Core} kernels" : "")}"),
            ("threads", FormattableString.Invariant($"{engine.Threads}")),
            ("processor", Processor.Model),
        ];
    }
}
