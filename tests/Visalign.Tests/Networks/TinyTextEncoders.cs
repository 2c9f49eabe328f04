using Visalign.Networks;

namespace Visalign.Tests.Networks;

/// <summary>Text encoders of random weights that run in a millisecond.</summary>
internal static class TinyTextEncoders
{
    public static readonly ClipTextConfig Clip = new() { VocabularySize = 20, Width = 8, HiddenWidth = 16, Blocks = 3, Heads = 2, Positions = 7 };
    public static readonly T5Config T5 = new() { VocabularySize = 20, Width = 24, HeadWidth = 4, HiddenWidth = 12, Blocks = 2, Heads = 3, Buckets = 8, LongestDistance = 12, Gated = true };

    /// <summary>A CLIP text encoder.</summary>
    /// <param name="projection">Width of its projection.</param>
    public static Weights ClipWeights(ClipTextConfig config, ulong seed, int projection)
    {
        var draw = new Drawer(seed);
        draw.Matrix("text_model.embeddings.token_embedding", config.VocabularySize, config.Width);
        draw.Matrix("text_model.embeddings.position_embedding", config.Positions, config.Width);
        for (int i = 0; i < config.Blocks; i++)
        {
            string block = $"text_model.encoder.layers.{i}";
            foreach (string part in new[] { "q_proj", "k_proj", "v_proj", "out_proj" }) draw.Linear($"{block}.self_attn.{part}", config.Width, config.Width);
            draw.Linear($"{block}.mlp.fc1", config.HiddenWidth, config.Width);
            draw.Linear($"{block}.mlp.fc2", config.Width, config.HiddenWidth);
            foreach (string norm in new[] { "layer_norm1", "layer_norm2" }) draw.Norm($"{block}.{norm}", config.Width, bias: true);
        }
        draw.Norm("text_model.final_layer_norm", config.Width, bias: true);
        draw.Matrix("text_projection", projection, config.Width);
        return Weights.Of(draw.Made);
    }

    /// <summary>A T5 encoder; every block has a table of biases where the configuration wants it.</summary>
    public static Weights T5Weights(T5Config config, ulong seed)
    {
        var draw = new Drawer(seed);
        int inner = config.Heads * config.HeadWidth;
        draw.Matrix("shared", config.VocabularySize, config.Width);
        for (int i = 0; i < config.Blocks; i++)
        {
            string attention = $"encoder.block.{i}.layer.0", feedForward = $"encoder.block.{i}.layer.1";
            foreach (string part in new[] { "q", "k", "v" }) draw.Matrix($"{attention}.SelfAttention.{part}", inner, config.Width);
            draw.Matrix($"{attention}.SelfAttention.o", config.Width, inner);
            if (i == 0 || config.BiasPerBlock) draw.Matrix($"{attention}.SelfAttention.relative_attention_bias", config.Buckets, config.Heads);
            draw.Norm($"{attention}.layer_norm", config.Width, bias: false);
            foreach (string part in config.Gated ? new[] { "wi_0", "wi_1" } : ["wi"]) draw.Matrix($"{feedForward}.DenseReluDense.{part}", config.HiddenWidth, config.Width);
            draw.Matrix($"{feedForward}.DenseReluDense.wo", config.Width, config.HiddenWidth);
            draw.Norm($"{feedForward}.layer_norm", config.Width, bias: false);
        }
        draw.Norm("encoder.final_layer_norm", config.Width, bias: false);
        return Weights.Of(draw.Made);
    }

    /// <summary>Token ids, a text a row.</summary>
    public static Tensor Ids(int tokens, params long[] ids) => Tensor.From(ids, ids.Length / tokens, tokens);

    /// <summary>Whether two tensors agree in every number; equal arithmetic on equal numbers gives equal bits.</summary>
    public static bool Same(Tensor a, Tensor b) => a.ToArray<float>().SequenceEqual(b.ToArray<float>());

    /// <summary>The largest difference of two tensors of one shape.</summary>
    public static double Distance(Tensor a, Tensor b) => (a - b).Abs().Reshape(-1).Max([0]).Item();

    private sealed class Drawer(ulong seed)
    {
        public List<(string, Tensor)> Made { get; } = [];

        public void Matrix(string name, long rows, long columns) => Made.Add(($"{name}.weight", Draw(rows * columns).Reshape(rows, columns) * 0.5));

        public void Linear(string name, long outputs, long inputs)
        {
            Matrix(name, outputs, inputs);
            Made.Add(($"{name}.bias", Draw(outputs) * 0.1));
        }

        public void Norm(string name, long width, bool bias)
        {
            Made.Add(($"{name}.weight", Draw(width) * 0.2 + 1));
            if (bias) Made.Add(($"{name}.bias", Draw(width) * 0.1));
        }

        private Tensor Draw(long count) => Noise.Normal(new(seed, NoisePurpose.Probe, Made.Count), 0, [1, count]).Reshape(count);
    }
}
