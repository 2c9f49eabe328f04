using System.Text.Json;
using Visalign.Networks.Tokenizers;
using static Visalign.Tests.Oracles.Handlers.ClipTokenizerOracle;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles <c>tok-t5</c>: the pipelines' and sentencepiece's own ids, padded rows, decoded text, and Wan's cleaning of prompts.</summary>
public static class T5TokenizerOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        if (oracle.Config.TryGetProperty("model", out var model)) RunModel(oracle, comparison, SentencePieceModel.Read(Beside(oracle, model.GetString()!)));
        else RunCleaning(oracle, comparison);
    }

    private static void RunModel(OracleCase oracle, OracleComparison comparison, SentencePieceModel model)
    {
        var pipeline = new T5Tokenizer(model, oracle.Config.GetProperty("extra_ids").GetInt32());
        var sentencePiece = new SentencePieceTokenizer(model);
        int end = oracle.Config.GetProperty("eos").GetInt32();

        comparison.ExpectEqual("byte_fallback", model.ByteFallback, oracle.Config.GetProperty("byte_fallback").GetBoolean());
        foreach (var item in oracle.Root.GetProperty("cases").EnumerateArray())
        {
            string text = item.GetProperty("text").GetString()!, quoted = JsonSerializer.Serialize(text);
            comparison.ExpectEqual($"pipeline {quoted}", Line(pipeline.Encode(text)), Line(item, "ids"));
            comparison.ExpectEqual($"sentencepiece {quoted}", Line(sentencePiece.Encode(text).Append(end)), Line(item, "ids_sentencepiece", "ids"));
        }
        foreach (var item in oracle.Root.GetProperty("padded").EnumerateArray())
        {
            string text = item.GetProperty("text").GetString()!, quoted = JsonSerializer.Serialize(text);
            var batch = pipeline.Encode([text], item.GetProperty("max_length").GetInt32());
            comparison.ExpectEqual($"padded {quoted}", Line(batch.Ids), Line(item, "ids"));
            comparison.ExpectEqual($"mask {quoted}", Line(batch.Mask), Line(item, "mask"));
        }
        foreach (var item in oracle.Root.GetProperty("decode").EnumerateArray())
        {
            int[] ids = [.. item.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            comparison.ExpectEqual($"decode {Line(ids)}", sentencePiece.Decode(ids), item.GetProperty("text").GetString()!);
        }
    }

    private static void RunCleaning(OracleCase oracle, OracleComparison comparison)
    {
        foreach (var item in oracle.Root.GetProperty("cases").EnumerateArray())
        {
            string text = item.GetProperty("text").GetString()!;
            comparison.ExpectEqual($"clean {JsonSerializer.Serialize(text)}", PromptText.Clean(text), item.GetProperty("cleaned").GetString()!);
        }
    }
}
