using System.Text.Json;
using Visalign.Networks;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles <c>arch-t5</c>: encoders of all versions with their gradients, and the buckets of relative positions.</summary>
public static class T5EncoderOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        var network = new OracleNetwork(oracle);

        var last = T5Encoder.Encode(network.Weights(), Config(oracle.Config), network["in.input_ids"], network.Find("in.attention_mask"));

        comparison.Expect("out.last_hidden_state", last);
        network.CompareGradients(comparison, (last * network["in.cotangent"]).Sum());
    }

    /// <inheritdoc cref="OracleHandler"/>
    public static void RunBuckets(OracleCase oracle, OracleComparison comparison)
    {
        foreach (var table in oracle.Config.GetProperty("tables").EnumerateArray())
        {
            int index = table.GetProperty("index").GetInt32(), buckets = table.GetProperty("num_buckets").GetInt32(), longest = table.GetProperty("max_distance").GetInt32();
            bool bidirectional = table.GetProperty("bidirectional").GetBoolean();
            var distances = oracle[$"in.relative_position.{index}"];

            double[] got = [.. distances.Integers.Select(distance => (double)RelativeBuckets.Of(distance, buckets, longest, bidirectional))];

            comparison.Expect($"out.bucket.{index}", got, distances.Shape);
        }
    }

    /// <summary>The configuration of a T5 in a case.</summary>
    internal static T5Config Config(JsonElement json)
    {
        var reader = NetworkConfig.Of(json, "config");
        reader.Only("attention_scale", 1);
        // What a case says besides the keys of a checkpoint.
        reader.Ignore("attention_mask_used", "buckets", "hidden_states", "loss", "loss_scalar", "relative_bias");
        bool biasPerBlock = reader.Text("case_kind") == "umt5_encoder";
        return T5Config.Read(reader) with { BiasPerBlock = biasPerBlock };
    }
}
