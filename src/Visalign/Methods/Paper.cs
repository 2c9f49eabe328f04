namespace Visalign.Methods;

/// <summary>The parts of the list of papers, in reading order.</summary>
public enum PaperSection
{
    /// <summary>Reinforcement learning as the rest of the list uses it.</summary>
    RlBasics,

    /// <summary>Reinforcement learning of diffusion and flow models.</summary>
    Rl,

    /// <summary>Learning from preferences.</summary>
    Preference,

    /// <summary>Several objectives at once.</summary>
    MultiObjective,

    /// <summary>Following the gradient of a reward.</summary>
    RewardFeedback,

    /// <summary>Generators of tokens.</summary>
    Autoregressive,

    /// <summary>Better prompts instead of better generators.</summary>
    Prompting,

    /// <summary>Reports on large generators.</summary>
    TechReport,

    /// <summary>Models that judge.</summary>
    RewardModel,

    /// <summary>Ways to measure generators.</summary>
    Benchmark,
}

/// <summary>Whether a paper's claim was found again in the embedded world.</summary>
public enum ClaimHeld
{
    /// <summary>Measured, and it held.</summary>
    Yes,

    /// <summary>Measured, and it did not hold.</summary>
    No,

    /// <summary>Measured, and the seeds disagree.</summary>
    Unclear,
}

/// <summary>A row of the list: what a paper does, how to run it, and what was measured here.</summary>
public sealed record Paper
{
    /// <summary>The name in commands, which is also the name of its file.</summary>
    public required string Slug { get; init; }

    /// <summary>The short name of the method.</summary>
    public required string Name { get; init; }

    /// <summary>The title.</summary>
    public required string Title { get; init; }

    /// <summary>The arXiv number, or another source in words; empty where the list names none.</summary>
    public required string Arxiv { get; init; }

    /// <summary>Year, or year and month as in 2025.05.</summary>
    public required string Date { get; init; }

    /// <summary>The part of the list it stands in.</summary>
    public required PaperSection Section { get; init; }

    /// <summary>What the method does and optimizes, in a sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>Path of the recipe that runs it; empty where nothing runs yet.</summary>
    public string Recipe { get; init; } = "";

    /// <summary>Whether the recipe was run to its end here.</summary>
    public bool Runs { get; init; }

    /// <summary>Whether its formulas reproduce numbers of the reference implementation.</summary>
    public bool Oracle { get; init; }

    /// <summary>Whether it was compared with its baseline over several seeds.</summary>
    public bool Shown { get; init; }

    /// <summary>Whether its claim held in that comparison; null before it was made.</summary>
    public ClaimHeld? ClaimHeld { get; init; }

    /// <summary>What that comparison was to show and what came out; null before it was planned.</summary>
    public PaperStudy? Study { get; init; }
}

/// <summary>A comparison over several seeds: written down before its runs, all but the result.</summary>
public sealed record PaperStudy
{
    /// <summary>What the paper's claim means in the embedded world, such that it can fail.</summary>
    public required string Hypothesis { get; init; }

    /// <summary>What it is compared with.</summary>
    public required string Baselines { get; init; }

    /// <summary>Reward calls, optimizer steps and prompts.</summary>
    public required string Budget { get; init; }

    /// <summary>The command that runs all of it.</summary>
    public required string Command { get; init; }

    /// <summary>What came out, with numbers; empty before the runs.</summary>
    public string Result { get; init; } = "";
}
