using Visalign.AdapterFiles;
using Visalign.Networks;
using Visalign.Tests.Networks;
using Visalign.Torch.Safetensors;

namespace Visalign.Tests.AdapterFiles;

public sealed class LoraFileTests : IDisposable
{
    private const string Attention = "blocks.0.attn.to_q";

    private readonly TensorScope _scope = Tensor.Scope();
    private readonly TemporaryFolder _folder = new();
    private readonly Weights _base = AdaptedNetwork.Base();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(LoraFormat.Diffusers, false)]
    [InlineData(LoraFormat.Diffusers, true)]
    [InlineData(LoraFormat.Peft, false)]
    [InlineData(LoraFormat.Peft, true)]
    [InlineData(LoraFormat.Kohya, false)]
    public void What_was_saved_is_read_with_equal_bits(LoraFormat format, bool dora)
    {
        using var adapter = AdaptedNetwork.Moved(_base, rank: 4, stream: 1, dora);
        var layers = adapter.Layers;

        LoraWriter.Save(_folder["adapter"], Of("unet", layers), format);
        var read = Read("adapter", "unet");

        AssertSame(layers, read);
        using var loaded = Adapter.LowRank(_base, read);
        var x = AdaptedNetwork.Input(2);
        Assert.True(AdaptedNetwork.Output(loaded.Weights, x).SameAs(AdaptedNetwork.Output(adapter.Weights, x)));
    }

    [Theory]
    [InlineData(LoraFormat.Diffusers)]
    [InlineData(LoraFormat.Peft)]
    [InlineData(LoraFormat.Kohya)]
    public void Ranks_and_scales_that_differ_from_layer_to_layer_survive(LoraFormat format)
    {
        using var large = Adapter.Of(_base, new() { Rank = 8, Alpha = 4, Targets = ["conv", "point"] }, seed: 1);
        using var small = Adapter.Of(_base, new() { Rank = 2, Alpha = 6, Targets = ["to_q"] }, seed: 2);
        (string Layer, LowRankPair Pair)[] layers = [.. large.Layers, .. small.Layers];

        LoraWriter.Save(_folder["adapter"], Of("unet", layers), format);

        AssertSame(layers, Read("adapter", "unet"));
    }

    [Fact]
    public void Several_components_share_a_file_and_each_gets_its_own_layers()
    {
        var text = AdaptedNetwork.Base(stream: 5);
        using var ofPicture = AdaptedNetwork.Moved(_base, rank: 2, stream: 1, alpha: 5);
        using var ofText = AdaptedNetwork.Moved(text, rank: 3, stream: 2, alpha: 1.5);
        Dictionary<string, Weights> networks = new() { ["transformer"] = _base, ["text_encoder"] = text };

        foreach (var format in new[] { LoraFormat.Diffusers, LoraFormat.Kohya })
        {
            LoraWriter.Save(_folder["both"], new Dictionary<string, IReadOnlyList<(string, LowRankPair)>> { ["transformer"] = ofPicture.Layers, ["text_encoder"] = ofText.Layers }, format);
            var read = LoraFile.Read(_folder["both"], networks);

            AssertSame(ofPicture.Layers, read["transformer"]);
            AssertSame(ofText.Layers, read["text_encoder"]);
        }
    }

    [Theory]
    [InlineData("unet.blocks.0.attn.to_q.lora_A.weight", "unet.blocks.0.attn.to_q.lora_B.weight")]
    [InlineData("unet.blocks.0.attn.to_q.lora.down.weight", "unet.blocks.0.attn.to_q.lora.up.weight")]
    [InlineData("unet.blocks.0.attn.to_q.lora_linear_layer.down.weight", "unet.blocks.0.attn.to_q.lora_linear_layer.up.weight")]
    [InlineData("unet.blocks.0.attn.processor.to_q_lora.down.weight", "unet.blocks.0.attn.processor.to_q_lora.up.weight")]
    [InlineData("blocks.0.attn.processor.to_q_lora.down.weight", "blocks.0.attn.processor.to_q_lora.up.weight")]
    [InlineData("lora_unet_blocks_0_attn_to_q.lora_down.weight", "lora_unet_blocks_0_attn_to_q.lora_up.weight")]
    [InlineData("unet.blocks.0.attn.to_q.lora.down.weight", "lora_unet_blocks_0_attn_to_q.lora_up.weight")]
    public void Every_spelling_is_the_same_layer_at_scale_1(string down, string up)
    {
        Save((down, Draw(2, 8)), (up, Draw(5, 2)));

        var (layer, pair) = Assert.Single(Read("file", "unet"));

        Assert.Equal((Attention, 1.0), (layer, pair.Scale));
        Assert.True(pair.Down.SameAs(Draw(2, 8)) && pair.Up.SameAs(Draw(5, 2)));
    }

    [Fact]
    public void Factors_of_single_pixels_and_of_linear_layers_fit_one_another()
    {
        Save(("unet.point.lora_A.weight", Draw(2, 6)), ("unet.point.lora_B.weight", Draw(8, 2)),
            ($"unet.{Attention}.lora_A.weight", Draw(2, 8, 1, 1)), ($"unet.{Attention}.lora_B.weight", Draw(5, 2, 1, 1)));

        var read = Read("file", "unet").ToDictionary(layer => layer.Layer, layer => layer.Pair);

        Assert.Equal([2, 6, 1, 1], read["point"].Down.Shape.ToArray());
        Assert.Equal([5, 2], read[Attention].Up.Shape.ToArray());
    }

    [Fact] // blocks… comes first in the file, with rank 2: its alpha, 2, is everybody's.
    public void Without_any_alpha_it_is_the_first_up_projections_rank_as_in_diffusers()
    {
        Save(($"unet.{Attention}.lora_A.weight", Draw(2, 8)), ($"unet.{Attention}.lora_B.weight", Draw(5, 2)), ("unet.point.lora_A.weight", Draw(4, 6)), ("unet.point.lora_B.weight", Draw(8, 4)));

        Assert.Equal([(Attention, 1.0), ("point", 0.5)], Read("file", "unet").Select(layer => (layer.Layer, layer.Pair.Scale)));
    }

    [Fact]
    public void A_layer_without_alpha_among_others_with_one_has_its_rank_for_it()
    {
        Save(("lora_unet_point.lora_down.weight", Draw(4, 6)), ("lora_unet_point.lora_up.weight", Draw(8, 4)), ("lora_unet_point.alpha", Tensor.Of(2)),
            ("lora_unet_conv.lora_down.weight", Draw(2, 3, 3, 3)), ("lora_unet_conv.lora_up.weight", Draw(6, 2, 1, 1)));

        Assert.Equal([("conv", 1.0), ("point", 0.5)], Read("file", "unet").Select(layer => (layer.Layer, layer.Pair.Scale)));
    }

    [Fact]
    public void Half_precision_files_are_read_as_float32()
    {
        Save(StoredType.BFloat16, ("unet.point.lora_A.weight", Draw(2, 6)), ("unet.point.lora_B.weight", Draw(8, 2)));

        Assert.Equal(DType.Float32, Read("file", "unet")[0].Pair.Down.DType);
    }

    [Fact]
    public void A_key_that_binds_to_nothing_is_named()
    {
        Save(("unet.point.lora_A.weight", Draw(2, 6)), ("unet.point.lora_B.weight", Draw(8, 2)), ("unet.blocks.0.attn.to_w.lora_A.weight", Draw(2, 8)), ("unet.point.lora_B.bias", Draw(8)));

        var error = Assert.Throws<InputException>(() => Read("file", "unet"));

        Assert.Equal($"{_folder["file"]}: 2 of 4 keys bind to nothing in this model: 'unet.blocks.0.attn.to_w.lora_A.weight', 'unet.point.lora_B.bias'. Did you mean 'blocks.0.attn.to_q'?", error.Message);
    }

    [Fact]
    public void A_file_for_another_component_binds_to_nothing()
    {
        Save(("text_encoder.point.lora_A.weight", Draw(2, 6)), ("text_encoder.point.lora_B.weight", Draw(8, 2)));

        Assert.Contains("2 of 2 keys bind to nothing", Assert.Throws<InputException>(() => Read("file", "unet")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_that_lacks_a_half_or_has_another_shape_is_named()
    {
        Save(("unet.point.lora_A.weight", Draw(2, 6)));
        string half = Assert.Throws<InputException>(() => Read("file", "unet")).Message;
        Save(("unet.point.lora_A.weight", Draw(2, 7)), ("unet.point.lora_B.weight", Draw(8, 2)));
        string shape = Assert.Throws<InputException>(() => Read("file", "unet")).Message;

        Assert.EndsWith("'point' lacks its up-projection (lora_B); the file is incomplete.", half, StringComparison.Ordinal);
        Assert.EndsWith("the down part of 'point' has shape [2, 7], expected [2, 6, 1, 1]; the adapter is of another model.", shape, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_that_is_there_twice_is_refused()
    {
        Save(("unet.point.lora_A.weight", Draw(2, 6)), ("unet.point.lora.down.weight", Draw(2, 6)), ("unet.point.lora_B.weight", Draw(8, 2)));

        Assert.Contains("is there in another spelling already", Assert.Throws<InputException>(() => Read("file", "unet")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_that_several_components_have_needs_its_component()
    {
        Save(("point.lora_A.weight", Draw(2, 6)), ("point.lora_B.weight", Draw(8, 2)));

        var error = Assert.Throws<InputException>(() => LoraFile.Read(_folder["file"], new Dictionary<string, Weights> { ["unet"] = _base, ["text_encoder"] = _base }));

        Assert.StartsWith("'point.lora_A.weight' names no component, and unet and text_encoder have such a layer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_PEFT_file_without_its_settings_is_refused()
    {
        Save(("base_model.model.point.lora_A.weight", Draw(2, 6)), ("base_model.model.point.lora_B.weight", Draw(8, 2)));

        Assert.Contains("there is no adapter_config.json beside it", Assert.Throws<InputException>(() => Read("file", "unet")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_an_adapter_names_what_it_looked_for() =>
        Assert.Equal($"{_folder.Path}: has neither adapter_model.safetensors and pytorch_lora_weights.safetensors; name the file that is meant.",
            Assert.Throws<InputException>(() => LoraFile.Read(_folder.Path, new Dictionary<string, Weights> { ["unet"] = _base })).Message);

    [Fact]
    public void What_a_format_cannot_say_is_not_written()
    {
        using var dora = AdaptedNetwork.Moved(_base, rank: 2, stream: 1, dora: true);
        using var full = Adapter.Full(_base);
        Dictionary<string, IReadOnlyList<(string, LowRankPair)>> two = new() { ["unet"] = dora.Layers, ["text_encoder"] = dora.Layers };

        Assert.Contains("DoRA", Assert.Throws<InputException>(() => LoraWriter.Save(_folder["x"], Of("unet", dora.Layers), LoraFormat.Kohya)).Message, StringComparison.Ordinal);
        Assert.Contains("holds the adapter of one network", Assert.Throws<InputException>(() => LoraWriter.Save(_folder["x"], two, LoraFormat.Peft)).Message, StringComparison.Ordinal);
        Assert.Contains("no prefix for the component 'prior'", Assert.Throws<InputException>(() => LoraWriter.Save(_folder["x"], Of("prior", [("a", new(Draw(1, 2), Draw(2, 1), 1))]), LoraFormat.Kohya)).Message, StringComparison.Ordinal);
        Assert.Contains("no LoRA file", Assert.Throws<InputException>(() => LoraWriter.Save(_folder["x"], Of("unet", full.Layers), LoraFormat.Diffusers)).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    private static Dictionary<string, IReadOnlyList<(string Layer, LowRankPair Pair)>> Of(string component, IReadOnlyList<(string Layer, LowRankPair Pair)> layers) => new() { [component] = layers };

    private static Tensor Draw(params long[] shape) => AdaptedNetwork.Draw(3, shape.Length, shape);

    private void Save(params (string, Tensor)[] tensors) => TensorFiles.Save(_folder["file"], tensors);

    private void Save(StoredType type, params (string, Tensor)[] tensors) => TensorFiles.Save(_folder["file"], tensors, storedType: type);

    private IReadOnlyList<(string Layer, LowRankPair Pair)> Read(string name, string component) =>
        LoraFile.Read(_folder[name], new Dictionary<string, Weights> { [component] = _base })[component];

    private static void AssertSame(IReadOnlyList<(string Layer, LowRankPair Pair)> expected, IReadOnlyList<(string Layer, LowRankPair Pair)> got)
    {
        var byName = got.ToDictionary(layer => layer.Layer, layer => layer.Pair);
        Assert.Equal(expected.Count, byName.Count);
        foreach (var (layer, pair) in expected)
        {
            Assert.Equal(pair.Scale, byName[layer].Scale);
            Assert.True(byName[layer].Down.SameAs(pair.Down) && byName[layer].Up.SameAs(pair.Up), layer);
            Assert.True(pair.Magnitude is { } magnitude ? byName[layer].Magnitude!.SameAs(magnitude) : byName[layer].Magnitude is null, layer);
        }
    }
}
