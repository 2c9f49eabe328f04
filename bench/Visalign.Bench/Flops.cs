using Visalign.Networks;

namespace Visalign.Bench;

/// <summary>Counts the floating-point operations of matrix products; a multiplication and an addition are two.</summary>
internal static class Flops
{
    /// <summary>Of a product [rows, inputs] · [inputs, outputs].</summary>
    internal static double Product(double rows, double inputs, double outputs) => 2 * rows * inputs * outputs;

    /// <summary>Of forward and backward of <see cref="TextDit"/>, attention's products included: twice the forward's again for the two gradients of each product.</summary>
    /// <remarks>Only what is computed counts: no gradients of latents, noise levels and words, and of the last block's words nothing beyond attention.</remarks>
    internal static double TrainingStep(TextDitConfig config, int batch)
    {
        double width = config.Width, pictures = batch * config.PictureTokens, tokens = config.PromptLength + config.PictureTokens, rows = batch * tokens;
        double attention = Product(batch, width, 6 * width) + Product(rows, width, 3 * width) + 2 * Product(rows, tokens, width);
        double behind = Product(1, width, width) + 2 * Product(1, width, 4 * width);  // of each row
        double blocks = config.Blocks * attention + ((config.Blocks - 1) * rows + pictures) * behind;
        double embedding = Product(batch, width, width) + Product(pictures, config.PatchLength, width);  // of fixed inputs: no gradient goes on
        double rest = 2 * Product(batch, width, width) + Product(batch, width, 2 * width) + Product(pictures, width, config.PatchLength);
        return 3 * (blocks + rest) + 2 * embedding;
    }
}
