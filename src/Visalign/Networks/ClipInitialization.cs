using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>Fresh weights of a <see cref="ClipModel"/> that is to be trained from scratch.</summary>
internal static class ClipInitialization
{
    /// <summary>Logits begin at <c>cosine / 0.07</c>, as in CLIP.</summary>
    private static readonly double LogitScale = Math.Log(1 / 0.07);

    // Stronger than CLIP's 0.02, which narrow towers learn from slowly.
    private const double EmbeddingDeviation = 0.5;

    /// <summary>Names as in the checkpoint; residual branches begin at a fraction of the others' size, so that a deep tower begins near the identity.</summary>
    internal static List<(string Name, Tensor Value)> Draw(ClipConfig config, ulong seed)
    {
        var fresh = new Initializer(seed);
        var (text, vision) = (config.Text, config.Vision);

        fresh.Normal("text_model.embeddings.token_embedding.weight", EmbeddingDeviation, text.VocabularySize, text.Width);
        fresh.Normal("text_model.embeddings.position_embedding.weight", EmbeddingDeviation, text.Positions, text.Width);
        Blocks("text_model", text.Blocks, text.Width, text.HiddenWidth);
        fresh.Norm("text_model.final_layer_norm", text.Width);
        Projection("text_projection", text.Width);

        int patch = 3 * vision.PatchSize * vision.PatchSize;
        fresh.Normal("vision_model.embeddings.class_embedding", EmbeddingDeviation, vision.Width);
        fresh.Normal("vision_model.embeddings.patch_embedding.weight", Math.Sqrt(1.0 / patch), vision.Width, 3, vision.PatchSize, vision.PatchSize);
        fresh.Normal("vision_model.embeddings.position_embedding.weight", EmbeddingDeviation, vision.Side * vision.Side + 1, vision.Width);
        fresh.Norm("vision_model.pre_layrnorm", vision.Width);
        Blocks("vision_model", vision.Blocks, vision.Width, vision.HiddenWidth);
        fresh.Norm("vision_model.post_layernorm", vision.Width);
        Projection("visual_projection", vision.Width);

        fresh.Made.Add(("logit_scale", Tensor.Of(LogitScale)));
        return fresh.Made;

        void Projection(string name, int width) => fresh.Normal($"{name}.weight", Math.Sqrt(1.0 / width), config.ProjectionWidth, width);

        void Blocks(string tower, int count, int width, int hidden)
        {
            double branch = Math.Sqrt(1.0 / (2 * count));
            for (int i = 0; i < count; i++)
            {
                string block = $"{tower}.encoder.layers.{i}";
                foreach (string part in (string[])["q_proj", "k_proj", "v_proj"]) fresh.Linear($"{block}.self_attn.{part}", width, width);
                fresh.Linear($"{block}.self_attn.out_proj", width, width, branch);
                fresh.Linear($"{block}.mlp.fc1", width, hidden);
                fresh.Linear($"{block}.mlp.fc2", hidden, width, branch);
                fresh.Norm($"{block}.layer_norm1", width);
                fresh.Norm($"{block}.layer_norm2", width);
            }
        }
    }
}
