using Visalign.Torch;

namespace Visalign.Networks;

public static partial class Unet
{
    /// <summary>Fresh weights under the checkpoint's keys: residual branches and the prediction start at zero, the rest as usual.</summary>
    /// <param name="pooledWidth">Width of the pooled text, where the network takes sizes (<see cref="UnetConfig.SizeFeatures"/>).</param>
    public static List<(string Name, Tensor Value)> Initialize(UnetConfig config, ulong seed, int pooledWidth = 0)
    {
        const int NumbersOfSizes = 6;
        var fresh = new Initializer(seed);
        int finest = config.Channels[0], time = 4 * finest, coarsest = config.Channels.Count - 1;
        Perceptron("time_embedding", finest);
        if (config.SizeFeatures is { } features) Perceptron("add_embedding", pooledWidth + NumbersOfSizes * features);
        fresh.Conv("conv_in", config.InChannels, finest, 3);
        Stack<int> skips = new([finest]);
        int channels = finest;
        for (int level = 0; level <= coarsest; level++)
        {
            string block = $"down_blocks.{level}";
            for (int i = 0; i < config.Layers[level]; i++)
            {
                Layer(block, i, level, config.AttendsDown[level], channels);
                skips.Push(channels = config.Channels[level]);
            }
            if (level == coarsest) break;
            fresh.Conv($"{block}.downsamplers.0.conv", channels, channels, 3);
            skips.Push(channels);
        }
        Layer("mid_block", 0, coarsest, attends: true, channels);
        Layer("mid_block", 1, coarsest, attends: false, channels);
        for (int level = coarsest; level >= 0; level--)
        {
            string block = $"up_blocks.{coarsest - level}";
            for (int i = 0; i <= config.Layers[level]; i++)
            {
                Layer(block, i, level, config.AttendsUp[level], channels + skips.Pop());
                channels = config.Channels[level];
            }
            if (level > 0) fresh.Conv($"{block}.upsamplers.0.conv", channels, channels, 3);
        }
        fresh.Norm("conv_norm_out", finest);
        fresh.Conv("conv_out", finest, config.OutChannels, 3, gain: 0);
        return fresh.Made;

        void Perceptron(string name, int inputs)
        {
            fresh.Linear($"{name}.linear_1", inputs, time);
            fresh.Linear($"{name}.linear_2", time, time);
        }

        void Layer(string block, int index, int level, bool attends, int inputs)
        {
            int width = config.Channels[level];
            string residual = $"{block}.resnets.{index}";
            fresh.Norm($"{residual}.norm1", inputs);
            fresh.Conv($"{residual}.conv1", inputs, width, 3);
            fresh.Linear($"{residual}.time_emb_proj", time, width);
            fresh.Norm($"{residual}.norm2", width);
            fresh.Conv($"{residual}.conv2", width, width, 3, gain: 0);
            if (inputs != width) fresh.Conv($"{residual}.conv_shortcut", inputs, width, 1);
            if (attends) Transformer($"{block}.attentions.{index}", level, width);
        }

        void Transformer(string name, int level, int width)
        {
            fresh.Norm($"{name}.norm", width);
            Projection("proj_in", 1);
            for (int i = 0; i < config.Depths[level]; i++)
            {
                string inner = $"{name}.transformer_blocks.{i}";
                foreach (int norm in (int[])[1, 2, 3]) fresh.Norm($"{inner}.norm{norm}", width);
                Attention($"{inner}.attn1", width, width);
                Attention($"{inner}.attn2", width, config.TextWidth);
                fresh.Linear($"{inner}.ff.net.0.proj", width, 8 * width);
                fresh.Linear($"{inner}.ff.net.2", 4 * width, width);
            }
            Projection("proj_out", 0);

            void Projection(string part, double gain)
            {
                if (!config.LinearProjection) fresh.Conv($"{name}.{part}", width, width, 1, gain);
                else if (gain > 0) fresh.Linear($"{name}.{part}", width, width);
                else fresh.Zeros($"{name}.{part}", width, width);
            }
        }

        void Attention(string name, int width, int context)
        {
            fresh.Linear($"{name}.to_q", width, width, bias: false);
            fresh.Linear($"{name}.to_k", context, width, bias: false);
            fresh.Linear($"{name}.to_v", context, width, bias: false);
            fresh.Linear($"{name}.to_out.0", width, width);
        }
    }
}
