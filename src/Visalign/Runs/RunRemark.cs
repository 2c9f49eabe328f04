namespace Visalign.Runs;

/// <summary>What the preflight or the watchdog had to say about a run.</summary>
/// <param name="Iteration">Iterations done when it was said; 0 for the preflight.</param>
/// <param name="Text">One sentence: what is going wrong, and what to try.</param>
public sealed record RunRemark(long Iteration, string Text);
