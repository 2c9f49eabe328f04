using Visalign.Benchmarks;

namespace Visalign.Studies;

/// <summary>Two that were trained, against each other.</summary>
/// <param name="Gain">Score of the second minus that of the first, paired over prompts and the seeds that both have finished.</param>
public sealed record Duel(string First, string Second, Estimate Gain)
{
    /// <summary>Every pair of trained systems that share a seed.</summary>
    internal static IReadOnlyList<Duel> AmongAll(IReadOnlyList<ArenaSystem> systems)
    {
        ArenaSystem[] trained = [.. systems.Where(system => system.Iterations is not null)];
        return [.. trained.SelectMany((first, at) => trained.Skip(at + 1).Select(second => Between(first, second))).OfType<Duel>()];
    }

    private static Duel? Between(ArenaSystem first, ArenaSystem second)
    {
        long[] both = [.. first.Seeds.Intersect(second.Seeds)];
        return both.Length == 0 ? null : new(first.Name, second.Name, CrossedBootstrap.PairedGain(ScoresOf(first), ScoresOf(second)));

        double[][] ScoresOf(ArenaSystem system) => [.. system.Seeds.Zip(system.Evaluations).Where(pair => both.Contains(pair.First)).Select(pair => pair.Second.Scores)];
    }
}
