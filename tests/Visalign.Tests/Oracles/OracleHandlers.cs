using System.Text.Json;
using Visalign.Tests.Oracles.Handlers;

namespace Visalign.Tests.Oracles;

/// <summary>Recomputes a case with the project's code and compares what it stores.</summary>
public delegate void OracleHandler(OracleCase oracle, OracleComparison comparison);

/// <summary>Who handles which cases: by slug, and within a slug by the config's kind.</summary>
public static class OracleHandlers
{
    private static readonly Dictionary<string, Func<string, OracleHandler?>> BySlug = new(StringComparer.Ordinal)
    {
        ["ar-grpo"] = _ => TokenGrpoOracle.Run,
        ["arch-clip-text"] = _ => ClipTextOracle.Run,
        ["arch-clip-vision"] = TwoTowers,
        ["arch-llamagen"] = _ => LlamaGenOracle.Run,
        ["arch-lora"] = LowRank,
        ["arch-prompt-embeds"] = PromptEmbeddings,
        ["arch-sd3"] = _ => Sd3TransformerOracle.Run,
        ["arch-t5"] = TextToText,
        ["arch-unet"] = _ => UnetOracle.Run,
        ["arch-vae"] = _ => KlAutoencoderOracle.Run,
        ["clip-score"] = _ => ClipScoreOracle.Run,
        ["diffusion-dpo"] = _ => DiffusionDpoOracle.Run,
        ["diffusion-nft"] = NegativeAware,
        ["draft"] = RewardFeedback,
        ["flow-cps"] = FlowPolicyGradient,
        ["flow-grpo"] = FlowPolicyGradient,
        ["io-lora"] = LoraFiles,
        ["io-pipeline-sd15"] = _ => PipelineOracle.Run,
        ["io-pipeline-sd3"] = _ => PipelineOracle.Run,
        ["io-safetensors"] = _ => SafetensorsOracle.Run,
        ["jpeg-size"] = _ => JpegSizeOracle.Run,
        ["sched-cps"] = FlowSampler,
        ["sched-ddim"] = Scheduler,
        ["sched-euler"] = Scheduler,
        ["sched-flow-euler"] = Scheduler,
        ["sched-flow-sde"] = FlowSampler,
        ["sched-nft-solver"] = kind => kind == "rollout" ? NftSolverOracle.Run : null,
        ["spo"] = StepByStep,
        ["tok-clip"] = _ => ClipTokenizerOracle.Run,
        ["tok-t5"] = _ => T5TokenizerOracle.Run,
    };

    /// <summary>The slugs of which some kinds are handled.</summary>
    public static IReadOnlyCollection<string> Slugs => BySlug.Keys;

    /// <summary>The handler of a case; null when there is none for its kind.</summary>
    public static OracleHandler? Find(OracleCase oracle) =>
        BySlug.TryGetValue(oracle.Slug, out var byKind) ? byKind(Kind(oracle.Config)) : null;

    /// <summary>Runs one case file; nothing that happens in it escapes.</summary>
    public static OracleOutcome Run(string path)
    {
        // Slugs without handlers are most of a full collection, and some of their files are large.
        if (!BySlug.ContainsKey(OracleRoot.SlugOf(path)))
            return new(OracleStatus.NoHandler, 0, "no handler");
        try
        {
            var oracle = OracleCase.Load(path);
            if (Find(oracle) is not { } handler)
                return new(OracleStatus.NoHandler, 0, $"no handler for kind '{Kind(oracle.Config)}'");
            var comparison = new OracleComparison(oracle);
            using var scope = Tensor.Scope();
            handler(oracle, comparison);
            return comparison.Outcome();
        }
        catch (Exception error)
        {
            return new(OracleStatus.Fail, double.PositiveInfinity, $"{error.GetType().Name}: {error.Message}");
        }
    }

    private static OracleHandler? TwoTowers(string kind) => kind switch
    {
        "clip_vision" => ClipVisionOracle.Run,
        "clip_model" => ClipVisionOracle.RunModel,
        "clip_preprocess" => ClipVisionOracle.RunPreparation,
        _ => null,
    };

    private static OracleHandler? RewardFeedback(string kind) => kind switch
    {
        "omega" => DraftOracle.Plus,
        "margin" => DraftOracle.LowVariance,
        "chain" => DraftOracle.Flow,
        "detachAt" => DraftOracle.Diffusion,
        _ => null,
    };

    private static OracleHandler? StepByStep(string kind) => kind switch
    {
        "frequency_size" => StepPreferenceOracle.RunVision,
        "in_batch_negatives" => StepPreferenceOracle.RunCriterion,
        "scores_shape" => SiblingOracle.Compare,
        "children" => SiblingOracle.Rollout,
        "ratio" => SiblingOracle.Step,
        _ => null,
    };

    private static OracleHandler? PromptEmbeddings(string kind) => kind switch
    {
        "prompt_sd15" => PromptEmbeddingsOracle.RunStableDiffusion,
        "prompt_sd3" => PromptEmbeddingsOracle.RunStableDiffusion3,
        _ => null,
    };

    private static OracleHandler? TextToText(string kind) => kind switch
    {
        "t5_encoder" or "umt5_encoder" => T5EncoderOracle.Run,
        "t5_buckets" => T5EncoderOracle.RunBuckets,
        _ => null,
    };

    private static OracleHandler? FlowSampler(string kind) => kind switch
    {
        "step" => FlowStepOracle.Run,
        "rollout" => FlowRolloutOracle.Run,
        _ => null,
    };

    private static OracleHandler? Scheduler(string kind) => kind switch
    {
        "tables" => SchedulerTablesOracle.Run,
        "trajectory" => SchedulerTrajectoryOracle.Run,
        "noising" => NoisingOracle.Run,
        "mu" => ResolutionShiftOracle.Run,
        "per_token" => TokenLevelsOracle.Run,
        _ => null,
    };

    private static OracleHandler? FlowPolicyGradient(string kind) => kind switch
    {
        "flow_sde_step" or "flow_cps_step" => FlowStepOracle.Run,
        "flow_fast_rollout" => FastRolloutOracle.Run,
        "flow_grpo_train_step" => FlowTrainStepOracle.Run,
        "flow_kl_forms" => FlowKlOracle.Run,
        "group_advantage" => GroupAdvantageOracle.Run,
        "ema" => MovingAverageOracle.Run,
        _ => null,
    };

    private static OracleHandler? NegativeAware(string kind) => kind switch
    {
        "nft_loss" => NegativeAwareLossOracle.Run,
        "nft_decay" => OldPolicyDecayOracle.Run,
        "nft_dpm_sampler" => MultistepSolverOracle.Network,
        "nft_train_step" => NegativeAwareTrainStepOracle.Run,
        _ => null,
    };

    private static OracleHandler? LowRank(string kind) => kind switch
    {
        "lora_layer" or "dora_layer" => LowRankLayerOracle.Run,
        "lora_block" => AdaptedBlockOracle.Run,
        "lora_combine" => LowRankCombinationOracle.Run,
        _ => null,
    };

    private static OracleHandler? LoraFiles(string kind) => kind switch
    {
        "lora_files SD3Transformer2DModel" or "lora_files UNet2DConditionModel" => LoraFilesOracle.Run,
        _ => null,
    };

    // Where cases say no kind, a key that only one kind of their slug has stands for it.
    private static readonly string[] Telling = ["frequency_size", "in_batch_negatives", "scores_shape", "children", "ratio", "omega", "margin", "chain", "detachAt"];

    private static string Kind(JsonElement config)
    {
        string kind = Text(config, "kind") is { Length: > 0 } plain ? plain : Text(config, "case_kind");
        if (kind.Length == 0 && config.ValueKind == JsonValueKind.Object) kind = Telling.FirstOrDefault(key => config.TryGetProperty(key, out _)) ?? "";
        // LoRA files come for several networks.
        return kind == "lora_files" ? $"{kind} {Text(config, "network")}" : kind;
    }

    private static string Text(JsonElement config, string key) =>
        config.ValueKind == JsonValueKind.Object && config.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
