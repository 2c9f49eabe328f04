using System.Text.Json;
using Visalign.Networks;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles <c>arch-clip-text</c>: every hidden state, what is pooled, and gradients.</summary>
public static class ClipTextOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        var config = Config(oracle.Config);
        var network = new OracleNetwork(oracle);
        var weights = network.Weights();
        bool projected = oracle.Config.GetProperty("with_projection").GetBoolean();

        var states = ClipText.Encode(weights, config, network["in.input_ids"], network.Find("in.attention_mask"));
        var pooled = projected ? ClipText.Project(weights, states.Pooled) : states.Pooled;

        for (int i = 0; i < states.HiddenStates.Count; i++) comparison.Expect($"out.hidden_states.{i}", states.HiddenStates[i]);
        comparison.Expect("out.last_hidden_state", states.LastHiddenState);
        comparison.Expect(projected ? "out.text_embeds" : "out.pooler_output", pooled);
        network.CompareGradients(comparison,
            (pooled * network["in.cotangent.pooled"]).Sum() + (states.HiddenStates[^2] * network["in.cotangent.penultimate"]).Sum());
    }

    /// <summary>The configuration of a CLIP text encoder in a case.</summary>
    internal static ClipTextConfig Config(JsonElement json)
    {
        var reader = NetworkConfig.Of(json, "config");
        // What a case says besides the keys of a checkpoint.
        reader.Ignore("attention_mask_used", "case_kind", "hidden_states", "loss", "loss_scalar", "pooling", "with_projection");
        return ClipTextConfig.Read(reader);
    }
}
