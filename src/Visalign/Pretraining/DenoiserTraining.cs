using Visalign.Rollouts;
using Visalign.Torch;

namespace Visalign.Pretraining;

/// <summary>Makes a model that denoises latents of the embedded world's autoencoder; which network does is for others to say.</summary>
internal abstract record DenoiserTraining(VaeRecipe Vae) : IModelTraining
{
    public abstract string AutoencoderFile { get; }

    public abstract string NetworkName { get; }

    public abstract IReadOnlyList<(string Name, string File)> NetworkFiles { get; }

    public PretrainingOptions AutoencoderTraining => Vae.Training;

    public abstract PretrainingOptions NetworkTraining { get; }

    public abstract string Introduction { get; }

    public string SampledBy(MeasurementRecipe measurement) => FormattableString.Invariant($"{measurement.Steps ?? PlainSampling.UsualSteps} ODE steps");

    public string TrainAutoencoder(string path, TimeProvider clock, PretrainingVoice voice, CancellationToken stop) => WorldVae.Train(Vae, path, clock, voice, stop);

    public (string Story, IModelTraining Own) Adopt(string folder, string path)
    {
        var (recipe, story) = WorldVae.Adopt(folder, path);
        return (story, this with { Vae = recipe ?? Vae });
    }

    public Func<Tensor, Tensor> ThereAndBack(string path) => WorldVae.ThereAndBack(path);

    public abstract void CheckStart(string model);

    public abstract void TrainNetwork(string folder, string? from, TimeProvider clock, PretrainingVoice voice, CancellationToken stop);

    public abstract void SaveGuidance(string folder, double scale);

    public abstract PretrainingRecipe In(PretrainingRecipe recipe);
}
