using Visalign.Benchmarks;

namespace Visalign.Reports;

/// <summary>Everything the report of a finished alignment run shows; <see cref="ReportPage"/> turns it into one HTML file.</summary>
/// <remarks>All texts are plain text: the page escapes them. Empty lists leave their section out.</remarks>
public sealed record ReportData
{
    /// <summary>What was done, as a headline: "Flow-GRPO teaches a 2M-parameter model to count".</summary>
    public required string Title { get; init; }

    /// <summary>The method's name as the catalogue has it.</summary>
    public required string Method { get; init; }

    /// <summary>The paper the method comes from; null for a baseline without one.</summary>
    public ReportPaper? Paper { get; init; }

    /// <summary>The numbers the run is judged by.</summary>
    public required ReportHeadline Headline { get; init; }

    /// <summary>Curves over training. The first panel stands beside the headline, so put the held-out score there.</summary>
    public IReadOnlyList<CurvePanel> Curves { get; init; } = [];

    /// <summary>One quantity against another while training.</summary>
    public IReadOnlyList<PathPanel> Paths { get; init; } = [];

    /// <summary>Pictures before and after, each pair from the same start noise; a few dozen read well.</summary>
    public IReadOnlyList<PicturePair> Gallery { get; init; } = [];

    /// <summary>The aligned model and what it is compared with, in the order shown; scores are in the headline's metric.</summary>
    public IReadOnlyList<ComparedSystem> Systems { get; init; } = [];

    /// <summary>The same prompts drawn by several systems, from the same start noise.</summary>
    public IReadOnlyList<PictureRow> Lineup { get; init; } = [];

    /// <summary>What was trained, each against each.</summary>
    public ReportTable? Duels { get; init; }

    /// <summary>Runs that have not ended, a sentence each.</summary>
    public IReadOnlyList<string> Failures { get; init; } = [];

    /// <summary>What is the same for all that were trained.</summary>
    public IReadOnlyList<ProvenanceEntry> Ground { get; init; } = [];

    /// <summary>What is each one's own.</summary>
    public ReportTable? Own { get; init; }

    /// <summary>What the watchdog noticed during training.</summary>
    public IReadOnlyList<WatchdogRemark> Remarks { get; init; } = [];

    /// <summary>What training cost.</summary>
    public required ReportCost Cost { get; init; }

    /// <summary>The resolved recipe, as YAML.</summary>
    public required string Recipe { get; init; }

    /// <summary>Versions, hashes, seeds, machine: what someone needs to know before comparing numbers.</summary>
    public IReadOnlyList<ProvenanceEntry> Provenance { get; init; } = [];

    /// <summary>The shell command, or several lines of them, that repeat the run.</summary>
    public required string Command { get; init; }
}

/// <summary>The paper behind a method.</summary>
/// <param name="Authors">As one would cite them: "Liu et al."; null where they are not known here.</param>
/// <param name="Arxiv">The arXiv number, "2505.05470"; null when the paper is not there.</param>
public sealed record ReportPaper(string Title, string? Authors, int Year, string? Arxiv = null);

/// <summary>The base model at its best guidance scale against the aligned model, on prompts that training never saw.</summary>
public sealed record ReportHeadline
{
    /// <summary>What was measured: "exact scene score".</summary>
    public required string Metric { get; init; }

    /// <summary>How scores of this metric are written, here and for all compared systems.</summary>
    public ValueFormat Format { get; init; } = ValueFormat.Share;

    /// <summary>The base model's score.</summary>
    public required Estimate Base { get; init; }

    /// <summary>The guidance scale at which the base model scored best; 1 is off.</summary>
    public required double BaseGuidanceScale { get; init; }

    /// <summary>The scale at which the aligned model was measured; null where it is not one.</summary>
    public double? AlignedGuidanceScale { get; init; }

    /// <summary>The aligned model's score; of several methods, that of the highest.</summary>
    public required Estimate Aligned { get; init; }

    /// <summary>Aligned minus base, from <see cref="CrossedBootstrap.PairedGain"/>.</summary>
    public required Estimate Gain { get; init; }

    /// <summary>Number of held-out prompts.</summary>
    public required int PromptCount { get; init; }

    /// <summary>Number of training seeds.</summary>
    public required int SeedCount { get; init; }

    /// <summary>What there is to say of it, where several methods are compared; null to say what the interval of the gain means.</summary>
    public string? Meaning { get; init; }
}

/// <summary>How a value is written.</summary>
public enum ValueFormat
{
    /// <summary>About four significant digits.</summary>
    Number,

    /// <summary>A share in [0, 1], written in percent; differences are written in percentage points.</summary>
    Share,
}

/// <summary>What training cost, over all seeds together.</summary>
/// <param name="RewardCalls">Pictures judged by the training reward.</param>
/// <param name="NetworkEvaluations">Forward passes of the generator, one for each picture and step, guidance counted twice.</param>
/// <param name="WallTime">Training time, evaluation left out.</param>
/// <param name="Machine">Where it ran: "2 cores of an EPYC 7763".</param>
public sealed record ReportCost(long RewardCalls, long NetworkEvaluations, TimeSpan WallTime, string Machine);

/// <summary>One line of the provenance table.</summary>
public sealed record ProvenanceEntry(string Name, string Value);

/// <summary>Something the watchdog noticed.</summary>
/// <param name="Text">One or two sentences for people.</param>
/// <param name="Iteration">When it was noticed; null for the run as a whole.</param>
public sealed record WatchdogRemark(RemarkSeverity Severity, string Text, long? Iteration = null);

/// <summary>How much a remark matters.</summary>
public enum RemarkSeverity
{
    /// <summary>Good to know.</summary>
    Note,

    /// <summary>The result stands but deserves a look.</summary>
    Warning,

    /// <summary>The result should not be trusted before this is understood.</summary>
    Alarm,
}
