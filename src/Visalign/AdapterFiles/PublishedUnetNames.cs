using System.Globalization;

namespace Visalign.AdapterFiles;

/// <summary>What the layers of a UNet were called in the code it was published with, as kohya's files for SDXL call them.</summary>
/// <remarks>Input and output blocks are numbered through all levels: each level has its residual blocks, then its change of size.</remarks>
internal static class PublishedUnetNames
{
    /// <summary>The published names of those layers that have one.</summary>
    /// <param name="layers">Of the whole network, by diffusers' names.</param>
    internal static IEnumerable<(string Published, string Layer)> Of(IReadOnlySet<string> layers)
    {
        int residuals = layers.Select(layer => layer.Split('.')).Where(parts => parts is ["down_blocks", "0", "resnets", ..]).Select(parts => parts[3]).Distinct().Count();
        if (residuals == 0) return [];
        return layers.Select(layer => (Published: Name(layer.Split('.'), residuals + 1, layers), layer)).Where(entry => entry.Published is not null).Select(entry => (entry.Published!, entry.layer));
    }

    private static string? Name(string[] parts, int perLevel, IReadOnlySet<string> layers) => parts switch
    {
        ["down_blocks", var level, "resnets", var i, var part] => $"input_blocks.{1 + Number(level) * perLevel + Number(i)}.0.{Residual(part)}",
        ["down_blocks", var level, "attentions", var i, .. var rest] => $"input_blocks.{1 + Number(level) * perLevel + Number(i)}.1.{string.Join('.', rest)}",
        ["down_blocks", var level, "downsamplers", _, "conv"] => $"input_blocks.{(Number(level) + 1) * perLevel}.0.op",
        ["mid_block", "resnets", var i, var part] => $"middle_block.{2 * Number(i)}.{Residual(part)}",
        ["mid_block", "attentions", "0", .. var rest] => $"middle_block.1.{string.Join('.', rest)}",
        ["up_blocks", var level, "resnets", var i, var part] => $"output_blocks.{Number(level) * perLevel + Number(i)}.0.{Residual(part)}",
        ["up_blocks", var level, "attentions", var i, .. var rest] => $"output_blocks.{Number(level) * perLevel + Number(i)}.1.{string.Join('.', rest)}",
        // It comes behind the attention, where there is one.
        ["up_blocks", var level, "upsamplers", _, "conv"] => $"output_blocks.{(Number(level) + 1) * perLevel - 1}.{(layers.Contains($"up_blocks.{level}.attentions.0.proj_in") ? 2 : 1)}.conv",
        _ => null,
    };

    private static string Residual(string part) => part switch
    {
        "conv1" => "in_layers.2",
        "time_emb_proj" => "emb_layers.1",
        "conv2" => "out_layers.3",
        "conv_shortcut" => "skip_connection",
        _ => part,
    };

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
