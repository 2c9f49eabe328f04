using Visalign.Networks;
using Visalign.Networks.Tokenizers;
using Visalign.Torch;
using Visalign.Torch.Safetensors;
using Visalign.Worlds;

namespace Visalign.Generators;

/// <summary>Loads pipelines as diffusers saves them: Stable Diffusion 1 and 2, Stable Diffusion 3 and 3.5.</summary>
/// <remarks>
/// Networks are computed in float32, whatever they are stored in. Parts of another class than the pipeline's usual ones and
/// options that are not supported are refused by name; of the parts, only a safety checker and its feature extractor are left unread. Where the embedded
/// world's own autoencoder and words stand in for published ones, the classes are called <c>ToyVae</c> and <c>WorldTokenizer</c>.
/// </remarks>
public static class PipelineFolder
{
    // Parts that are read, and those that judge finished pictures and change none.
    private static readonly string[] Known =
    [
        "unet", "transformer", "scheduler", "vae", "text_encoder", "text_encoder_2", "text_encoder_3", "tokenizer", "tokenizer_2", "tokenizer_3",
        "safety_checker", "feature_extractor",
    ];

    /// <summary>Loads a folder.</summary>
    /// <param name="t5Length">Tokens that T5 reads of a prompt.</param>
    /// <exception cref="InputException">Another pipeline, or a part that is missing, malformed or not supported.</exception>
    public static NoiseGenerator Load(string folder, int t5Length = 256)
    {
        using var scope = Tensor.Scope();
        var index = PipelineIndex.Read(folder);
        index.RefuseOthers(Known);
        return index.Pipeline switch
        {
            "StableDiffusionPipeline" => StableDiffusion(index),
            "StableDiffusion3Pipeline" => StableDiffusion3(index, t5Length),
            var other => throw new InputException($"{folder}: a {other} is not supported, expected a StableDiffusionPipeline or a StableDiffusion3Pipeline."),
        };
    }

    private static NoiseGenerator StableDiffusion(PipelineIndex index)
    {
        List<Tensor> tensors = [];
        string unet = index.Part("unet", "UNet2DConditionModel");
        var config = UnetConfig.Read(Config(unet));
        return new(new()
        {
            Denoiser = new UnetDenoiser(config, config.Side ?? throw new InputException($"{unet}/config.json lacks 'sample_size', the side of the latents.")),
            Base = Load(unet, tensors),
            Component = "unet",
            Schedule = Schedule(index, "DDIMScheduler", "PNDMScheduler", "EulerDiscreteScheduler"),
            Text = new ClipEncoder(Clip(index, "text_encoder", tensors), Tokenizer(index, "tokenizer")),
            Autoencoder = Autoencoder(index, tensors),
            GuidanceScale = index.GuidanceScale ?? 7.5,
            DrawsWorld = index.Parts["tokenizer"] == "WorldTokenizer",
            Tensors = tensors,
        });
    }

    private static NoiseGenerator StableDiffusion3(PipelineIndex index, int t5Length)
    {
        List<Tensor> tensors = [];
        string transformer = index.Part("transformer", "SD3Transformer2DModel");
        var config = Sd3TransformerConfig.Read(Config(transformer));
        return new(new()
        {
            Denoiser = new Sd3Denoiser(config, config.Side),
            Base = Load(transformer, tensors),
            Component = "transformer",
            Schedule = Schedule(index, "FlowMatchEulerDiscreteScheduler"),
            Text = new Sd3Encoder(
                (Clip(index, "text_encoder", tensors), Tokenizer(index, "tokenizer")), (Clip(index, "text_encoder_2", tensors), Tokenizer(index, "tokenizer_2")),
                index.Parts.ContainsKey("text_encoder_3") ? T5(index, tensors) : null, t5Length, config.TextWidth),
            Autoencoder = Autoencoder(index, tensors),
            GuidanceScale = index.GuidanceScale ?? 7,
            Tensors = tensors,
        });
    }

    private static INoiseSchedule Schedule(PipelineIndex index, params ReadOnlySpan<string> classes)
    {
        var json = NetworkConfig.Read(Path.Combine(index.Part("scheduler", classes), "scheduler_config.json"));
        switch (index.Parts["scheduler"])
        {
            case "EulerDiscreteScheduler":
                return EulerScheduler.Read(json);
            case "FlowMatchEulerDiscreteScheduler":
                json.Only("invert_sigmas", false);
                json.Only("stochastic_sampling", false);
                return FlowEulerScheduler.Read(json);
            case "PNDMScheduler":
                // PNDM walks the timesteps of DDIM by another rule, which no method of alignment samples with.
                json.Only("skip_prk_steps", true);
                json.Only("clip_sample", false);
                return DdimScheduler.Read(json) with { ClipRange = null, EndsAtData = json.Flag("set_alpha_to_one", false) };
            default:
                var ddim = DdimScheduler.Read(json);
                return ddim.ClipRange is null ? ddim : throw new InputException($"{json.Origin}: 'clip_sample' is true, which is not supported; expected false.");
        }
    }

    private static ClipTower Clip(PipelineIndex index, string part, List<Tensor> tensors)
    {
        string folder = index.Part(part, "CLIPTextModel", "CLIPTextModelWithProjection");
        return new(Load(folder, tensors), ClipTextConfig.Read(Config(folder)));
    }

    private static (T5Tower, T5Tokenizer) T5(PipelineIndex index, List<Tensor> tensors)
    {
        string folder = index.Part("text_encoder_3", "T5EncoderModel");
        return (new(Load(folder, tensors), T5Config.Read(Config(folder))), T5Tokenizer.Open(index.Part("tokenizer_3", "T5Tokenizer", "T5TokenizerFast")));
    }

    private static Func<string, Tensor> Tokenizer(PipelineIndex index, string part)
    {
        string folder = index.Part(part, "CLIPTokenizer", "CLIPTokenizerFast", "WorldTokenizer");
        if (index.Parts[part] == "WorldTokenizer") return prompt => Tensor.From(Array.ConvertAll(Vocabulary.Encode(prompt), word => (long)word), 1, Vocabulary.MaximumWords);
        var tokenizer = ClipTokenizer.Open(folder);
        return prompt => Tensor.From(tokenizer.Encode([prompt]).Ids, 1, tokenizer.MaximumLength);
    }

    private static IAutoencoder Autoencoder(PipelineIndex index, List<Tensor> tensors)
    {
        string folder = index.Part("vae", "AutoencoderKL", "ToyVae");
        var json = Config(folder);
        if (index.Parts["vae"] == "AutoencoderKL") return new PublishedAutoencoder(Load(folder, tensors), KlAutoencoderConfig.Read(json));
        double scale = json.Number("scaling_factor");
        json.RefuseOthers();
        return new WorldAutoencoder(Load(folder, tensors), scale);
    }

    private static NetworkConfig Config(string folder) => NetworkConfig.Read(Path.Combine(folder, "config.json"));

    private static Weights Load(string folder, List<Tensor> tensors)
    {
        var loaded = TensorFiles.LoadAll(folder, DType.Float32);
        tensors.AddRange(loaded.Select(entry => entry.Value));
        return Weights.Of(loaded);
    }
}
