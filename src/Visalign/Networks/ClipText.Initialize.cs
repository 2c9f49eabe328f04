using Visalign.Torch;

namespace Visalign.Networks;

public static partial class ClipText
{
    /// <summary>Fresh weights of a text encoder without projection, under the checkpoint's keys.</summary>
    public static List<(string Name, Tensor Value)> Initialize(ClipTextConfig config, ulong seed)
    {
        var fresh = new Initializer(seed);
        fresh.Normal("text_model.embeddings.token_embedding.weight", 0.5, config.VocabularySize, config.Width);
        fresh.Normal("text_model.embeddings.position_embedding.weight", 0.5, config.Positions, config.Width);
        for (int i = 0; i < config.Blocks; i++)
        {
            string block = $"text_model.encoder.layers.{i}";
            fresh.Norm($"{block}.layer_norm1", config.Width);
            foreach (string part in (string[])["q_proj", "k_proj", "v_proj", "out_proj"]) fresh.Linear($"{block}.self_attn.{part}", config.Width, config.Width);
            fresh.Norm($"{block}.layer_norm2", config.Width);
            fresh.Linear($"{block}.mlp.fc1", config.Width, config.HiddenWidth);
            fresh.Linear($"{block}.mlp.fc2", config.HiddenWidth, config.Width);
        }
        fresh.Norm("text_model.final_layer_norm", config.Width);
        return fresh.Made;
    }
}
