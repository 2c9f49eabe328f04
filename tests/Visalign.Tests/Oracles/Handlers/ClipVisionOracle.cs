using System.Text.Json;
using Visalign.Networks;
using Visalign.Objectives;
using Visalign.Pictures;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles <c>arch-clip-vision</c>: the picture tower, the whole model and the preparation of pictures.</summary>
public static class ClipVisionOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        var network = new OracleNetwork(oracle);
        var weights = network.Weights();

        var states = ClipVision.Encode(weights, Vision(oracle.Config), network["in.pixel_values"], oracle.Config.GetProperty("interpolate_pos_encoding").GetBoolean());
        var embeds = ClipVision.Project(weights, states.Pooled);

        comparison.Expect("out.image_embeds", embeds);
        comparison.Expect("out.last_hidden_state", states.HiddenStates[^1]);
        comparison.Expect("out.hidden_states.penultimate", states.HiddenStates[^2]);
        comparison.ExpectIfStored("state.hidden_states.0", () => states.HiddenStates[0]);
        network.CompareGradients(comparison, (embeds * network["in.cotangent"]).Sum());
    }

    /// <inheritdoc cref="OracleHandler"/>
    public static void RunModel(OracleCase oracle, OracleComparison comparison)
    {
        var config = new ClipConfig
        {
            Text = ClipTextOracle.Config(oracle.Config.GetProperty("text_config")),
            Vision = Vision(oracle.Config.GetProperty("vision_config")),
            ProjectionWidth = oracle.Config.GetProperty("vision_config").GetProperty("projection_dim").GetInt32(),
        };
        var network = new OracleNetwork(oracle);
        var weights = network.Weights();

        var pictures = ClipModel.EmbedPictures(weights, config, network["in.pixel_values"]);
        var texts = ClipModel.EmbedTexts(weights, config, network["in.input_ids"], network.Find("in.attention_mask"));
        var logits = ClipModel.LogitsPerText(weights, texts, pictures);

        comparison.Expect("out.image_embeds", pictures);
        comparison.Expect("out.text_embeds", texts);
        comparison.Expect("out.logits_per_text", logits);
        comparison.Expect("out.logits_per_image", logits.Transpose(0, 1).Contiguous());
        comparison.ExpectIfStored("out.contrastive_loss", () => ContrastiveLoss.Of(logits));
        network.CompareGradients(comparison, (logits.Transpose(0, 1) * network["in.cotangent"]).Sum());
    }

    /// <inheritdoc cref="OracleHandler"/>
    public static void RunPreparation(OracleCase oracle, OracleComparison comparison)
    {
        var config = oracle.Config;
        double[] mean = Numbers("image_mean"), deviation = Numbers("image_std");
        int[] crop = [.. config.GetProperty("crop").EnumerateArray().Select(side => side.GetInt32())];
        var preparation = new ClipPictures
        {
            ShorterSide = config.GetProperty("shortest_edge").GetInt32(),
            CropHeight = crop[0],
            CropWidth = crop[1],
            Mean = (mean[0], mean[1], mean[2]),
            Deviation = (deviation[0], deviation[1], deviation[2]),
        };
        foreach (var image in config.GetProperty("images").EnumerateArray())
        {
            int index = image.GetProperty("index").GetInt32();
            var stored = oracle[$"in.image.{index}"];
            var picture = new RgbPicture(stored.Bytes, (int)stored.Shape[0], (int)stored.Shape[1]);
            int[] sides = [.. image.GetProperty("resized").EnumerateArray().Select(side => side.GetInt32())];
            var resized = PictureResize.Bicubic(picture, sides[0], sides[1]);

            comparison.ExpectEqual($"state.resized.{index} to the byte", resized.Data.SequenceEqual(oracle[$"state.resized.{index}"].Bytes), true);
            comparison.Expect($"out.pixel_values.{index}", preparation.Prepare(picture));
        }

        double[] Numbers(string key) => [.. config.GetProperty(key).EnumerateArray().Select(number => number.GetDouble())];
    }

    /// <summary>The configuration of a picture tower in a case.</summary>
    internal static ClipVisionConfig Vision(JsonElement json)
    {
        var reader = NetworkConfig.Of(json, "config");
        reader.Ignore("case_kind", "interpolate_pos_encoding", "loss", "loss_scalar");
        return ClipVisionConfig.Read(reader);
    }
}
