using System.Text.Json;
using System.Text.RegularExpressions;
using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.AdapterFiles;

/// <summary>What PEFT keeps of a LoRA beside its tensors: the part of <c>adapter_config.json</c> that decides what it computes.</summary>
/// <remarks>A pattern overrides rank or alpha for the layers whose names are the pattern, or end in a dot and the pattern; it is a regular expression, and the first that fits counts.</remarks>
internal sealed record PeftSettings
{
    /// <summary>Rank where no pattern says otherwise.</summary>
    internal required int Rank { get; init; }

    /// <summary>Alpha where no pattern says otherwise.</summary>
    internal required double Alpha { get; init; }

    /// <summary>Whether the scale is alpha over the root of the rank.</summary>
    internal bool RankStabilized { get; init; }

    /// <summary>Whether every layer has a magnitude.</summary>
    internal bool Dora { get; init; }

    /// <summary>Ranks of some layers.</summary>
    internal IReadOnlyList<(string Pattern, double Value)> RankPattern { get; init; } = [];

    /// <summary>Alphas of some layers.</summary>
    internal IReadOnlyList<(string Pattern, double Value)> AlphaPattern { get; init; } = [];

    /// <summary>Reads a config strictly.</summary>
    /// <exception cref="InputException">It asks for something else than LoRA layers over an unchanged base.</exception>
    internal static PeftSettings Read(NetworkConfig json)
    {
        json.Only("peft_type", "LORA");
        json.Only("bias", "none");
        // What other ways to begin do to the base is not in the file.
        json.Only("init_lora_weights", true, false, "gaussian", "eva");
        json.Ignore("alpha_pattern", "auto_mapping", "base_model_name_or_path", "corda_config", "eva_config", "exclude_modules", "inference_mode", "layers_pattern", "layers_to_transform", "loftq_config",
            "lora_dropout", "megatron_config", "megatron_core", "peft_version", "qalora_group_size", "revision", "runtime_config", "target_modules", "task_type");
        var settings = new PeftSettings
        {
            Rank = json.Whole("r"),
            Alpha = json.Number("lora_alpha"),
            RankStabilized = json.Flag("use_rslora", false),
            Dora = json.Flag("use_dora", false),
            RankPattern = json.NumbersByName("rank_pattern"),
            AlphaPattern = json.NumbersByName("alpha_pattern"),
        };
        json.RefuseOthers();
        return settings;
    }

    /// <summary>The settings that given layers amount to.</summary>
    /// <exception cref="InputException">Some are DoRA and some are not.</exception>
    internal static PeftSettings Of(IReadOnlyList<(string Layer, LowRankPair Pair)> layers)
    {
        int magnitudes = layers.Count(entry => entry.Pair.Magnitude is not null);
        if (magnitudes != 0 && magnitudes != layers.Count) throw new InputException($"{magnitudes} of {layers.Count} layers have a DoRA magnitude; PEFT knows all or none.");
        var first = layers[0].Pair;
        bool alike = layers.All(entry => entry.Pair.Rank == first.Rank && entry.Pair.Scale.Equals(first.Scale));
        // The longest names first: the end of one layer's name may be another's.
        var patterned = alike ? [] : layers.OrderByDescending(entry => entry.Layer.Length).ThenBy(entry => entry.Layer, StringComparer.Ordinal).ToList();
        return new()
        {
            Rank = first.Rank,
            Alpha = first.Scale * first.Rank,
            Dora = magnitudes > 0,
            RankPattern = [.. patterned.Select(entry => (entry.Layer, (double)entry.Pair.Rank))],
            AlphaPattern = [.. patterned.Select(entry => (entry.Layer, entry.Pair.Scale * entry.Pair.Rank))],
        };
    }

    /// <summary>s of a layer.</summary>
    /// <param name="rank">What its tensors have.</param>
    /// <exception cref="InputException">The settings say another rank.</exception>
    internal double ScaleOf(string layer, int rank)
    {
        double told = For(RankPattern, layer) ?? Rank;
        if (!told.Equals(rank)) throw new InputException($"'{layer}' has rank {rank}, but the adapter's settings say {told}; tensors and settings are of different adapters.");
        return (For(AlphaPattern, layer) ?? Alpha) / (RankStabilized ? Math.Sqrt(rank) : rank);
    }

    /// <summary>What PEFT reads, under its own keys.</summary>
    /// <param name="layers">Names of the layers.</param>
    internal Dictionary<string, JsonElement> Entries(IEnumerable<string> layers) => new(StringComparer.Ordinal)
    {
        ["peft_type"] = JsonSerializer.SerializeToElement("LORA"),
        ["r"] = JsonSerializer.SerializeToElement(Rank),
        ["lora_alpha"] = JsonSerializer.SerializeToElement(Alpha),
        ["rank_pattern"] = JsonSerializer.SerializeToElement(RankPattern.ToDictionary(entry => entry.Pattern, entry => (int)entry.Value)),
        ["alpha_pattern"] = JsonSerializer.SerializeToElement(AlphaPattern.ToDictionary(entry => entry.Pattern, entry => entry.Value)),
        ["target_modules"] = JsonSerializer.SerializeToElement(layers.Order(StringComparer.Ordinal)),
        ["use_rslora"] = JsonSerializer.SerializeToElement(RankStabilized),
        ["use_dora"] = JsonSerializer.SerializeToElement(Dora),
        ["bias"] = JsonSerializer.SerializeToElement("none"),
    };

    private static double? For(IReadOnlyList<(string Pattern, double Value)> patterns, string layer)
    {
        foreach (var (pattern, value) in patterns)
            if (Fits(pattern, layer)) return value;
        return null;
    }

    private static bool Fits(string pattern, string layer)
    {
        try
        {
            return Regex.IsMatch(layer, $@"\A(.*\.)?({pattern})\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (Exception fault) when (fault is RegexParseException or RegexMatchTimeoutException)
        {
            throw new InputException($"The adapter's settings have the pattern '{pattern}', which is no usable regular expression: {fault.Message}", fault);
        }
    }
}
