using Visalign.AdapterFiles;

namespace Visalign.Tests.AdapterFiles;

public sealed class PublishedUnetNamesTests
{
    // Two residual blocks a level, as in SD and SDXL; only up_blocks.0 has attention.
    private static readonly HashSet<string> Layers =
    [
        "conv_in", "down_blocks.0.resnets.0.conv1", "down_blocks.0.resnets.1.conv2", "down_blocks.0.downsamplers.0.conv",
        "down_blocks.1.attentions.0.proj_in", "down_blocks.2.attentions.1.transformer_blocks.9.attn2.to_out.0", "mid_block.resnets.1.time_emb_proj", "mid_block.attentions.0.proj_out",
        "up_blocks.0.attentions.0.proj_in", "up_blocks.0.attentions.2.proj_in", "up_blocks.0.upsamplers.0.conv", "up_blocks.2.resnets.1.conv_shortcut", "up_blocks.1.upsamplers.0.conv",
    ];

    [Theory]
    [InlineData("down_blocks.0.resnets.0.conv1", "input_blocks.1.0.in_layers.2")]
    [InlineData("down_blocks.0.resnets.1.conv2", "input_blocks.2.0.out_layers.3")]
    [InlineData("down_blocks.0.downsamplers.0.conv", "input_blocks.3.0.op")]
    [InlineData("down_blocks.1.attentions.0.proj_in", "input_blocks.4.1.proj_in")]
    [InlineData("down_blocks.2.attentions.1.transformer_blocks.9.attn2.to_out.0", "input_blocks.8.1.transformer_blocks.9.attn2.to_out.0")]
    [InlineData("mid_block.resnets.1.time_emb_proj", "middle_block.2.emb_layers.1")]
    [InlineData("mid_block.attentions.0.proj_out", "middle_block.1.proj_out")]
    [InlineData("up_blocks.0.attentions.2.proj_in", "output_blocks.2.1.proj_in")]
    [InlineData("up_blocks.0.upsamplers.0.conv", "output_blocks.2.2.conv")]
    [InlineData("up_blocks.1.upsamplers.0.conv", "output_blocks.5.1.conv")]
    [InlineData("up_blocks.2.resnets.1.conv_shortcut", "output_blocks.7.0.skip_connection")]
    public void A_layer_has_the_number_its_block_had(string layer, string published) =>
        Assert.Equal(published, PublishedUnetNames.Of(Layers).Single(entry => entry.Layer == layer).Published);

    [Fact]
    public void Names_that_are_the_same_or_of_another_network_are_left_out()
    {
        Assert.DoesNotContain(PublishedUnetNames.Of(Layers), entry => entry.Layer == "conv_in");
        Assert.Empty(PublishedUnetNames.Of(new HashSet<string> { "transformer_blocks.0.attn.to_q" }));
    }
}
