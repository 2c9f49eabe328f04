using System.Text.Json;
using Visalign.Credit;
using Visalign.Generators;
using Visalign.Objectives;
using Visalign.Rewards;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles <c>ar-grpo</c>: rewards and advantages, the sampling distribution, the loss of tokens with its gradient.</summary>
public static class TokenGrpoOracle
{
    /// <summary>The handler of a case; the cases have no kind, but each has options of its own.</summary>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        OracleHandler handler = oracle.Config.TryGetProperty("aggregation", out _) ? Loss
            : oracle.Config.TryGetProperty("group_size", out _) ? Advantages
            : oracle.Config.TryGetProperty("binned", out _) ? Quantizer
            : Sampling;
        handler(oracle, comparison);
    }

    private static void Loss(OracleCase oracle, OracleComparison comparison)
    {
        var network = new OracleNetwork(oracle);
        var json = oracle.Config;
        var (logits, tokens) = (network["in.logits"], network["in.completion_ids"]);
        var mask = network["in.completion_mask"].To(DType.Float32);

        var policy = TokenLogProb.Of(logits.Narrow(1, json.GetProperty("prompt_len").GetInt32() - 1, tokens.Size(1)), tokens, json.GetProperty("temperature").GetDouble());
        var old = network.Find("in.old_logps") ?? policy.Detach();
        var divergence = KlEstimate.PerToken(policy, network["in.ref_logps"]);
        var surrogate = ClippedSurrogate.PerSample(policy - old, network["in.advantages"].Unsqueeze(1).Expand(policy.Shape),
            new(json.GetProperty("eps_low").GetDouble(), json.GetProperty("eps_high").GetDouble()),
            json.GetProperty("delta") is { ValueKind: JsonValueKind.Number } limit ? limit.GetDouble() : double.PositiveInfinity);
        var aggregation = json.GetProperty("aggregation").GetString() switch
        {
            "bnpo" => TokenAggregation.TokenMean,
            "grpo" => TokenAggregation.SequenceMean,
            "dr_grpo" => TokenAggregation.FixedLength,
            var other => throw new NotSupportedException($"The aggregation '{other}' is not computed here."),
        };
        int longest = json.GetProperty("max_completion_length").GetInt32();
        var loss = TokenLoss.Aggregate(surrogate + divergence * json.GetProperty("beta").GetDouble(), mask, aggregation, longest);

        comparison.Expect("out.logps", policy);
        comparison.Expect("out.loss", loss);
        comparison.ExpectIfStored("out.kl_mean", () => TokenLoss.Aggregate(divergence, mask, TokenAggregation.TokenMean, longest));
        comparison.Expect("out.entropy_mean", TokenLogProb.Entropy(network["in.sampling_logits"]).Mean());
        network.CompareGradients(comparison, loss);
    }

    private static void Advantages(OracleCase oracle, OracleComparison comparison)
    {
        var json = oracle.Config;
        double[] weights = [.. json.GetProperty("weights").EnumerateArray().Select(weight => weight.GetDouble())], given = oracle["in.rewards"].Doubles;
        long[] missing = oracle["in.missing"].Integers;
        int count = given.Length / weights.Length, size = json.GetProperty("group_size").GetInt32();
        double[] rewards = [.. Enumerable.Range(0, count).Select(row => weights.Select((weight, part) => missing[row * weights.Length + part] != 0 ? 0 : weight * given[row * weights.Length + part]).Sum())];
        long[] groups = [.. Enumerable.Range(0, count).Select(row => (long)(row / size))];

        double[] advantages = GroupCredit.Advantages(rewards, groups, json.GetProperty("scale_rewards").GetBoolean() ? DeviationScope.Group : DeviationScope.None,
            json.GetProperty("delta").GetDouble(), DeviationKind.Sample);

        comparison.Expect("out.reward", rewards, count);
        comparison.Expect("out.advantages", advantages, count);
    }

    private static void Sampling(OracleCase oracle, OracleComparison comparison)
    {
        var json = oracle.Config;
        var logits = oracle.Tensor("in.logits");
        var options = new TokenSampling
        {
            GuidanceScale = json.GetProperty("guidance").GetDouble(),
            Temperature = json.GetProperty("temperature").GetDouble(),
            TopK = json.GetProperty("top_k").GetInt32(),
            TopP = json.GetProperty("top_p").GetDouble(),
        };

        var guided = TokenDistribution.Guided(logits, options.GuidanceScale);

        comparison.Expect("out.guided_logits", guided);
        comparison.Expect("out.probs", TokenDistribution.Filtered(guided, options).Softmax(-1));
        comparison.Expect("out.probs_unguided", TokenDistribution.Filtered(TokenDistribution.Guided(logits, 1), new()).Softmax(-1));
    }

    private static void Quantizer(OracleCase oracle, OracleComparison comparison)
    {
        var (json, scores) = (oracle.Config, oracle["in.score"].Doubles);
        double[] thresholds = [.. json.GetProperty("thresholds").EnumerateArray().Select(value => value.GetDouble())];
        double[] values = [.. json.GetProperty("values").EnumerateArray().Select(value => value.GetDouble())];
        var binned = json.GetProperty("binned");

        comparison.Expect("out.discrete", [.. scores.Select(score => ScoreQuantizer.Step(score, thresholds, values))], scores.Length);
        comparison.Expect("out.binned", [.. scores.Select(score => ScoreQuantizer.Bin(score, (Number("min"), Number("max")), (Number("min_q"), Number("max_q")), binned.GetProperty("bins").GetInt32()))], scores.Length);
        comparison.Expect("out.scaled", [.. scores.Select(score => 5 * score)], scores.Length);

        double Number(string key) => binned.GetProperty(key).GetDouble();
    }
}
