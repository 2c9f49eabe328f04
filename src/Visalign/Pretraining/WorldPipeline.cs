using System.Text.Json;
using System.Text.Json.Nodes;
using Visalign.Networks;
using Visalign.Torch;
using Visalign.Torch.Safetensors;
using Visalign.Worlds;

namespace Visalign.Pretraining;

/// <summary>The folder of a diffusion pipeline as diffusers lays out Stable Diffusion 1.5, for a model of the embedded world.</summary>
/// <remarks>UNet, text encoder and scheduler are of the published classes; the world's own autoencoder and words stand in for the other two.</remarks>
internal static class WorldPipeline
{
    /// <summary>Where the folder has the files of its networks.</summary>
    internal const string Unet = "unet/diffusion_pytorch_model.safetensors", Text = "text_encoder/model.safetensors", Autoencoder = "vae/diffusion_pytorch_model.safetensors";

    private const int LatentSide = 8;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The scheduler of Stable Diffusion 1.5, by DDIM.</summary>
    internal static JsonObject Scheduler => new()
    {
        ["_class_name"] = "DDIMScheduler",
        ["beta_start"] = 0.00085, ["beta_end"] = 0.012, ["beta_schedule"] = "scaled_linear", ["num_train_timesteps"] = 1000,
        ["prediction_type"] = "epsilon", ["timestep_spacing"] = "leading", ["steps_offset"] = 1, ["set_alpha_to_one"] = false, ["clip_sample"] = false,
    };

    /// <summary>The networks of a recipe.</summary>
    internal static DiffusionNetworks Networks(UnetRecipe recipe) => new(UnetConfig.Read(Read(UnetJson(recipe))), ClipTextConfig.Read(Read(TextJson(recipe.Text))));

    /// <summary>The networks of a folder.</summary>
    internal static DiffusionNetworks Networks(string folder) =>
        new(UnetConfig.Read(NetworkConfig.Read(Path.Combine(folder, "unet", "config.json"))), ClipTextConfig.Read(NetworkConfig.Read(Path.Combine(folder, "text_encoder", "config.json"))));

    /// <summary>What brings the latents of a folder's autoencoder to unit variance.</summary>
    internal static double LatentScale(string folder) => NetworkConfig.Read(Path.Combine(folder, "vae", "config.json")).Number("scaling_factor");

    /// <summary>Reads an object of this class's own as a checkpoint's.</summary>
    internal static NetworkConfig Read(JsonObject json) => NetworkConfig.Of(JsonSerializer.SerializeToElement(json), "recipe");

    /// <summary>Writes everything but the autoencoder's weights, in half precision.</summary>
    /// <param name="latentScale">What brings the autoencoder's latents to unit variance.</param>
    internal static void Save(string folder, UnetRecipe recipe, IReadOnlyList<(string Name, Tensor Value)> weights, double latentScale)
    {
        var (unet, text) = DiffusionNetworks.Parted(weights);
        foreach (string part in (string[])["unet", "text_encoder", "scheduler", "vae"]) Directory.CreateDirectory(Path.Combine(folder, part));
        var format = new Dictionary<string, string> { ["format"] = "pt" };
        TensorFiles.Save(Path.Combine(folder, Unet), unet, format, StoredType.Float16);
        TensorFiles.Save(Path.Combine(folder, Text), text, format, StoredType.Float16);
        Write("unet/config.json", UnetJson(recipe));
        Write("text_encoder/config.json", TextJson(recipe.Text));
        Write("scheduler/scheduler_config.json", Scheduler);
        Write("vae/config.json", new() { ["_class_name"] = "ToyVae", ["scaling_factor"] = latentScale });
        SaveIndex(folder, guidanceScale: 1);

        void Write(string file, JsonObject json) => File.WriteAllText(Path.Combine(folder, file), json.ToJsonString(Indented) + "\n");
    }

    /// <summary>Writes the index.</summary>
    /// <param name="guidanceScale">The one the model samples best at.</param>
    internal static void SaveIndex(string folder, double guidanceScale) => File.WriteAllText(Path.Combine(folder, "model_index.json"), new JsonObject
    {
        ["_class_name"] = "StableDiffusionPipeline",
        ["guidance_scale"] = guidanceScale,
        ["scheduler"] = new JsonArray("diffusers", "DDIMScheduler"),
        ["text_encoder"] = new JsonArray("transformers", "CLIPTextModel"),
        ["tokenizer"] = new JsonArray("visalign", "WorldTokenizer"),
        ["unet"] = new JsonArray("diffusers", "UNet2DConditionModel"),
        ["vae"] = new JsonArray("visalign", "ToyVae"),
    }.ToJsonString(Indented) + "\n");

    private static JsonObject UnetJson(UnetRecipe recipe) => new()
    {
        ["_class_name"] = "UNet2DConditionModel",
        ["sample_size"] = LatentSide, ["in_channels"] = ToyVae.LatentChannels, ["out_channels"] = ToyVae.LatentChannels,
        ["block_out_channels"] = Array(recipe.Channels), ["layers_per_block"] = recipe.Layers,
        ["down_block_types"] = Array(recipe.Attends.Select(attends => attends ? "CrossAttnDownBlock2D" : "DownBlock2D")),
        ["up_block_types"] = Array(recipe.Attends.Reverse().Select(attends => attends ? "CrossAttnUpBlock2D" : "UpBlock2D")),
        ["cross_attention_dim"] = recipe.Text.Width, ["attention_head_dim"] = recipe.Heads, ["norm_num_groups"] = recipe.Groups,
    };

    private static JsonObject TextJson(TextEncoderRecipe recipe) => new()
    {
        ["architectures"] = new JsonArray("CLIPTextModel"), ["model_type"] = "clip_text_model",
        ["vocab_size"] = Vocabulary.Size, ["max_position_embeddings"] = Vocabulary.MaximumWords,
        ["hidden_size"] = recipe.Width, ["intermediate_size"] = 4 * recipe.Width, ["num_hidden_layers"] = recipe.Blocks, ["num_attention_heads"] = recipe.Heads,
        ["hidden_act"] = "quick_gelu", ["bos_token_id"] = Vocabulary.Padding, ["eos_token_id"] = Vocabulary.Padding, ["pad_token_id"] = Vocabulary.Padding,
    };

    private static JsonArray Array<T>(IEnumerable<T> values) => [.. values.Select(value => (JsonNode?)JsonValue.Create(value))];
}
