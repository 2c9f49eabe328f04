using System.Text.Json;
using System.Text.Json.Serialization;

namespace Visalign.Studies;

/// <summary>What came out of an arena; the names in JSON are stable.</summary>
public sealed record ArenaSummary
{
    /// <summary>The paper, or the recipe's name; of several methods, their names with commas between.</summary>
    public required string Slug { get; init; }

    /// <summary>The base model.</summary>
    public required string Model { get; init; }

    /// <summary>What was trained on, by name.</summary>
    public required IReadOnlyList<string> Rewards { get; init; }

    /// <summary>Pictures judged in the first method's training, to which the others come as near as whole iterations permit.</summary>
    public required long RewardCalls { get; init; }

    /// <summary>Training seeds.</summary>
    public required IReadOnlyList<long> Seeds { get; init; }

    /// <summary>What was compared: the base, best of N, the fine-tuning, then the methods in the order asked; those without a finished run are missing.</summary>
    public required IReadOnlyList<ArenaSystem> Systems { get; init; }

    /// <summary>What was trained, each against each.</summary>
    public IReadOnlyList<Duel> Duels { get; init; } = [];

    /// <summary>Runs that have not ended; calling again tries them again.</summary>
    public required IReadOnlyList<FailedRun> Failures { get; init; }

    /// <summary>The record as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, EvaluationFolder.Format) + "\n";
}

/// <summary>A run that did not come to its end.</summary>
/// <param name="Name">The contestant, or "best of N".</param>
/// <param name="Seed">Null where there is none.</param>
/// <param name="Reason">A sentence.</param>
public sealed record FailedRun(string Name, long? Seed, string Reason)
{
    /// <summary>Who failed, and why.</summary>
    [JsonIgnore]
    public string Sentence => Seed is { } seed ? FormattableString.Invariant($"{Name}, seed {seed}, did not end: {Reason}") : $"{Name} did not end: {Reason}";
}
