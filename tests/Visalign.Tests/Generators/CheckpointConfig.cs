using System.Text.Json;
using Visalign.Networks;

namespace Visalign.Tests.Generators;

/// <summary>Configs as checkpoints bring them.</summary>
internal static class CheckpointConfig
{
    /// <summary>The scheduler of Stable Diffusion 1.5, as its first folders wrote it.</summary>
    public const string StableDiffusion = """
        {
          "_class_name": "PNDMScheduler", "_diffusers_version": "0.6.0", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
          "num_train_timesteps": 1000, "set_alpha_to_one": false, "skip_prk_steps": true, "steps_offset": 1, "trained_betas": null, "clip_sample": false
        }
        """;

    /// <summary>The scheduler of SDXL.</summary>
    public const string Sdxl = """
        {
          "_class_name": "EulerDiscreteScheduler", "_diffusers_version": "0.19.0.dev0", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
          "clip_sample": false, "interpolation_type": "linear", "num_train_timesteps": 1000, "prediction_type": "epsilon", "sample_max_value": 1.0,
          "set_alpha_to_one": false, "skip_prk_steps": true, "steps_offset": 1, "timestep_spacing": "leading", "trained_betas": null, "use_karras_sigmas": false
        }
        """;

    /// <summary>Reads JSON, with some entries put in or replaced.</summary>
    public static NetworkConfig With(string json, params (string Key, object Value)[] changes)
    {
        var entries = JsonSerializer.Deserialize<Dictionary<string, object>>(json)!;
        foreach (var (key, value) in changes) entries[key] = value;
        return NetworkConfig.Of(JsonSerializer.SerializeToElement(entries), "scheduler_config.json");
    }
}
