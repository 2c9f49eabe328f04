using System.Text.Json;
using Visalign.Generators;
using Visalign.Networks;
using Visalign.Objectives;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles <c>arch-llamagen</c>: the GPT teacher-forced and cached, its conditions, its sampler, and its tokenizer.</summary>
public static class LlamaGenOracle
{
    /// <summary>The handler of a case; the cases have no kind, but each has inputs of its own.</summary>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        OracleHandler handler = oracle.Has("in.image_tokens") ? Training
            : oracle.Config.TryGetProperty("new_tokens", out _) ? Generation
            : oracle.Has("in.caption_features") ? Padding
            : oracle.Has("in.pixels") ? Tokenizer
            : oracle.Has("in.z") ? QuantizerLosses
            : Filters;
        handler(oracle, comparison);
    }

    private static void Training(OracleCase oracle, OracleComparison comparison)
    {
        var network = new OracleNetwork(oracle);
        var config = Config(oracle.Config);
        var (w, tokens) = (network.Weights(), network["in.image_tokens"]);
        var dropped = network["in.dropout_uniform"].Less(config.ConditionDropout);
        var mask = network.Find("in.attention_mask") is { } seen ? CaptionMask(seen, config, comparison) : null;

        var condition = config.ReadsCaptions
            ? LlamaGenConditions.Captions(w, LlamaGenConditions.DropCaptions(w, network["in.condition"], dropped))
            : LlamaGenConditions.Classes(w, LlamaGenConditions.DropClasses(config, network["in.condition"], dropped));
        var logits = LlamaGenGpt.Logits(w, config, condition, tokens, mask);
        var losses = -TokenLogProb.Of(logits, tokens);
        var valid = (network.Find("in.valid")?.Unsqueeze(1) ?? Tensor.Of(1)).Expand(losses.Shape);
        var loss = TokenLoss.Aggregate(losses, valid, TokenAggregation.TokenMean, (int)tokens.Size(1));

        comparison.ExpectEqual("hidden width", config.HiddenWidth, oracle.Config.GetProperty("ffn_hidden").GetInt32());
        comparison.Expect("out.logits", logits);
        comparison.Expect("out.loss", loss);
        network.CompareGradients(comparison, (logits * network["in.cotangent.logits"]).Sum() + loss * network["in.cotangent.loss"]);
    }

    // The mask of the whole attention is made of the caption's, which the last token sees.
    private static Tensor CaptionMask(Tensor seen, LlamaGenGptConfig config, OracleComparison comparison)
    {
        var mask = seen.Select(1, seen.Size(1) - 1).Narrow(1, 0, config.ConditionTokens);                      // [B, C]
        var made = LlamaGenMask.Bias(mask, (int)seen.Size(1)).Squeeze(1).EqualTo(0).To(DType.Int64);           // [B, L, L]
        comparison.ExpectEqual("attention mask", made.SameAs(seen), true);
        return mask;
    }

    private static void Generation(OracleCase oracle, OracleComparison comparison)
    {
        var network = new OracleNetwork(oracle);
        var (json, config, w, given) = (oracle.Config, Config(oracle.Config), network.Weights(), network["in.condition"]);
        int pictures = (int)given.Size(0), interval = json.GetProperty("cfg_interval").GetInt32();
        var options = new TokenSampling
        {
            GuidanceScale = json.GetProperty("cfg_scale").GetDouble(),
            GuidedTokens = interval < 0 ? int.MaxValue : interval + 2,
            Temperature = json.GetProperty("temperature").GetDouble(),
            TopK = json.GetProperty("top_k").GetInt32(),
            TopP = json.GetProperty("top_p").GetDouble(),
        };
        var every = Tensor.Ones([pictures]).Greater(0);
        var condition = config.ReadsCaptions
            ? LlamaGenConditions.Captions(w, Tensor.Cat([given, LlamaGenConditions.DropCaptions(w, given, every)]))
            : LlamaGenConditions.Classes(w, Tensor.Cat([given, LlamaGenConditions.DropClasses(config, given, every)]));
        var mask = network.Find("in.caption_mask") is { } own ? Tensor.Cat([own, own]) : null;
        List<Tensor> logits = [], probabilities = [];
        using var decoder = new LlamaGenDecoder(w, config, 2 * pictures);
        using var scope = Tensor.Scope();

        var tokens = TokenSampler.Sample(decoder, condition, mask, options, pictures, json.GetProperty("new_tokens").GetInt32(), choice =>
        {
            logits.Add(choice.Answers.Clone().Persist());
            probabilities.Add(choice.Filtered.Softmax(-1).Persist());
            var race = json.GetProperty("sample_logits").GetBoolean() ? probabilities[^1] / network["in.exponential"].Select(0, choice.Index) : probabilities[^1];
            return race.ArgMax(-1);
        });

        comparison.Expect("out.tokens", tokens);
        comparison.Expect("out.logits", Tensor.Stack(logits.ToArray()));
        comparison.Expect("out.probs", Tensor.Stack(probabilities.ToArray()));
        foreach (var tensor in logits.Concat(probabilities)) tensor.Dispose();
    }

    private static void Padding(OracleCase oracle, OracleComparison comparison)
    {
        var network = new OracleNetwork(oracle);

        var (features, mask) = LlamaGenConditions.PadLeft(network["in.caption_features"], network["in.mask"]);

        comparison.Expect("out.features", features);
        comparison.Expect("out.mask", mask);
    }

    private static void Filters(OracleCase oracle, OracleComparison comparison)
    {
        var logits = oracle.Tensor("in.logits");
        foreach (var (at, options) in oracle.Config.GetProperty("cases").EnumerateArray().Index())
        {
            var filtered = TokenDistribution.Filtered(logits, new() { TopK = options.GetProperty("top_k").GetInt32(), TopP = options.GetProperty("top_p").GetDouble() });
            var kept = filtered.Greater(double.NegativeInfinity).To(DType.Float32);

            // Among equal logits the order of sorting decides which stay, so rows with some are compared in order of size.
            comparison.Expect($"out.kept.{at}", LikeTies(logits, kept, oracle.Tensor($"out.kept.{at}")));
            comparison.Expect($"out.probs.{at}", LikeTies(logits, filtered.Softmax(-1), oracle.Tensor($"out.probs.{at}")));
        }
    }

    private static Tensor LikeTies(Tensor logits, Tensor got, Tensor want)
    {
        var rows = Enumerable.Range(0, (int)logits.Size(0)).Select(row =>
        {
            if (logits.Select(0, row).ToArray<float>().Distinct().Count() == logits.Size(1)) return got.Select(0, row);
            var (sorted, places) = (got.Select(0, row).Sort(0).Values, want.Select(0, row).Sort(0).Places);
            return sorted.Gather(0, places.Sort(0).Places);
        });
        return Tensor.Stack(rows.ToArray());
    }

    private static void Tokenizer(OracleCase oracle, OracleComparison comparison)
    {
        var network = new OracleNetwork(oracle);
        var reader = NetworkConfig.Of(oracle.Config, "config");
        reader.Ignore("forward", "in_codes_shape", "code_order", "gradients");
        var config = VqAutoencoderConfig.Read(reader);
        int[] shape = reader.Wholes("in_codes_shape");
        var w = network.Weights();

        var latents = VqAutoencoder.Latents(w, config, network["in.pixels"]);
        var indices = VectorQuantizer.Indices(w["quantize"], config, latents);
        var quantized = VectorQuantizer.StraightThrough(w["quantize"], config, latents, indices);
        var rebuilt = VqAutoencoder.Pictures(w, config, quantized);
        var decoded = VqAutoencoder.Decode(w, config, network["in.codes"].Reshape(shape[0], shape[2], shape[3]));

        comparison.Expect("out.latent_before_quantisation", latents);
        comparison.Expect("out.indices", indices.Reshape(-1));
        comparison.Expect("out.quantised", quantized);
        comparison.Expect("out.reconstruction", rebuilt);
        comparison.Expect("out.decoded_from_codes", decoded);
        network.CompareGradients(comparison, (decoded * network["in.cotangent.decoded_from_codes"]).Sum() + (rebuilt * network["in.cotangent.reconstruction"]).Sum());
    }

    private static void QuantizerLosses(OracleCase oracle, OracleComparison comparison)
    {
        var network = new OracleNetwork(oracle);
        var json = oracle.Config;
        var config = new VqAutoencoderConfig
        {
            Codes = json.GetProperty("n_codes").GetInt32(),
            CodeWidth = json.GetProperty("code_dim").GetInt32(),
            Normalized = json.GetProperty("l2_norm").GetBoolean(),
            Commitment = json.GetProperty("commit_loss_beta").GetDouble(),
            EntropyRatio = json.GetProperty("entropy_loss_ratio").GetDouble(),
            EntropyTemperature = json.GetProperty("temperature").GetDouble(),
        };
        var (w, latents) = (network.Weights(), network["in.z"]);

        var indices = VectorQuantizer.Indices(w, config, latents);
        var quantized = VectorQuantizer.StraightThrough(w, config, latents, indices);
        var losses = VectorQuantizer.Losses(w, config, latents, indices);

        comparison.Expect("out.indices", indices.Reshape(-1));
        comparison.Expect("out.quantised", quantized);
        comparison.Expect("out.vq_loss", losses.Codebook);
        comparison.Expect("out.commit_loss", losses.Commitment);
        comparison.Expect("out.entropy_loss", losses.Entropy);
        network.CompareGradients(comparison, losses.Codebook + losses.Commitment + losses.Entropy + (quantized * network["in.cotangent"]).Sum());
    }

    private static LlamaGenGptConfig Config(JsonElement json)
    {
        var reader = NetworkConfig.Of(json, "config");
        // What a case says besides the keys of a checkpoint.
        reader.Ignore("attention_mask", "batch", "caption_mask", "cfg_interval", "cfg_scale", "condition_dropout", "ffn_hidden", "forward", "gradients", "guidance", "input", "loss",
            "new_tokens", "out_logits", "sample_logits", "sampling", "temperature", "top_k", "top_p");
        return LlamaGenGptConfig.Read(reader);
    }
}
