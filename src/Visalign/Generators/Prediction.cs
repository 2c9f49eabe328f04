using Visalign.Networks;

namespace Visalign.Generators;

/// <summary>What a denoising network says about noisy latents <c>x = a x0 + b ε</c>.</summary>
public enum Prediction
{
    /// <summary>The noise ε (Ho et al., arXiv 2006.11239): SD 1.5, SDXL.</summary>
    Epsilon,
    /// <summary><c>(a ε - b x0) / sqrt(a² + b²)</c> (Salimans and Ho, arXiv 2202.00512): SD 2.1 at 768 pixels.</summary>
    V,
    /// <summary>Noise minus data, <c>ε - x0</c> (Liu et al., arXiv 2209.03003): SD3, FLUX.</summary>
    Velocity,
    /// <summary>The clean latents x0.</summary>
    X0,
}

/// <summary>The key <c>prediction_type</c> of a diffusion checkpoint's <c>scheduler_config.json</c>.</summary>
internal static class PredictionType
{
    internal static Prediction Read(NetworkConfig json)
    {
        json.Only("prediction_type", "epsilon", "v_prediction", "sample");
        return json.Text("prediction_type", "epsilon") switch
        {
            "v_prediction" => Prediction.V,
            "sample" => Prediction.X0,
            _ => Prediction.Epsilon,
        };
    }
}
