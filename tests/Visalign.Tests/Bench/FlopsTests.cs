using Visalign.Bench;
using Visalign.Networks;

namespace Visalign.Tests.Bench;

public sealed class FlopsTests
{
    [Fact] // Two blocks of width 4 over one picture of one token and one word, by hand: every product [rows, in]·[in, out] is 2·rows·in·out; the word ends in the last block.
    public void A_training_step_counts_every_product_and_its_two_gradients()
    {
        var config = new TextDitConfig { LatentChannels = 1, LatentSize = 1, Patch = 1, Width = 4, Blocks = 2, Heads = 1, PromptLength = 1 };
        double modulation = 2 * 1 * 4 * 24, qkv = 2 * 2 * 4 * 12, scores = 2 * 2 * 2 * 4, mixed = 2 * 2 * 2 * 4, output = 2 * 4 * 4, up = 2 * 4 * 16, down = 2 * 16 * 4;
        double time0 = 2 * 4 * 4, time2 = 2 * 4 * 4, pool = 2 * 4 * 4, patch = 2 * 1 * 4, finalModulation = 2 * 4 * 8, projection = 2 * 4 * 1;

        double expected = 3 * (2 * (modulation + qkv + scores + mixed) + 3 * (output + up + down) + time2 + pool + finalModulation + projection) + 2 * (time0 + patch);

        Assert.Equal(expected, Flops.TrainingStep(config, batch: 1));
    }
}
