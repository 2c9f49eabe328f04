using System.Text.Json;
using Visalign.Networks;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles <c>arch-prompt-embeds</c> of Stable Diffusion 1 and 3.</summary>
public static class PromptEmbeddingsOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void RunStableDiffusion(OracleCase oracle, OracleComparison comparison)
    {
        var network = new OracleNetwork(oracle);
        var text = Clip(oracle, network, "text_encoder");

        foreach (var (name, skip) in Skips(oracle))
            comparison.Expect($"out.prompt_embeds.{name}", PromptEmbeddings.StableDiffusion(text, network["in.input_ids"], skip));
    }

    /// <inheritdoc cref="OracleHandler"/>
    public static void RunStableDiffusion3(OracleCase oracle, OracleComparison comparison)
    {
        var network = new OracleNetwork(oracle);
        ClipTower first = Clip(oracle, network, "text_encoder"), second = Clip(oracle, network, "text_encoder_2");
        var t5 = new T5Tower(network.Weights("text_encoder_3."), T5EncoderOracle.Config(oracle.Config.GetProperty("text_encoder_3")));
        Tensor ids = network["in.input_ids"], ids2 = network["in.input_ids_2"], ids3 = network["in.input_ids_3"];
        int width = oracle.Config.GetProperty("joint_attention_dim").GetInt32();

        foreach (var (name, skip) in Skips(oracle))
        {
            var embeddings = PromptEmbeddings.StableDiffusion3(first, ids, second, ids2, (t5, ids3), width, skip);
            comparison.Expect($"out.prompt_embeds.{name}", embeddings.Sequence);
            comparison.Expect($"out.pooled_prompt_embeds.{name}", embeddings.Pooled);
        }
        comparison.ExpectIfStored("out.prompt_embeds.no_t5", () => PromptEmbeddings.StableDiffusion3(first, ids, second, ids2, null, width).Sequence);
    }

    private static ClipTower Clip(OracleCase oracle, OracleNetwork network, string name) =>
        new(network.Weights(name + "."), ClipTextOracle.Config(oracle.Config.GetProperty(name)));

    private static IEnumerable<(string Name, int Skip)> Skips(OracleCase oracle) =>
        from skip in oracle.Config.GetProperty("clip_skip").EnumerateArray()
        select ($"skip_{skip}", skip.ValueKind == JsonValueKind.Number ? skip.GetInt32() : 0);
}
