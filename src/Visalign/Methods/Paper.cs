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
}
