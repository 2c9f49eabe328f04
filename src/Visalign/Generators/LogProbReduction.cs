namespace Visalign.Generators;

/// <summary>How a log-probability over many elements becomes one number.</summary>
public enum LogProbReduction
{
    /// <summary>Mean over elements, as in the code of the diffusion and flow papers; clip ranges near 1e-4 belong to it.</summary>
    Mean,
    /// <summary>Sum over elements: the true density.</summary>
    Sum,
}
