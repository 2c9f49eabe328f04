using Visalign.Torch;

namespace Visalign.Methods;

/// <summary>One term of a loss, such as its penalty for leaving the reference.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Weight">What it is multiplied by; a term of weight 0 is not built.</param>
public sealed record LossTerm(string Name, double Weight = 1)
{
    /// <summary>What to change where the term has no gradient, as a sentence; null where the usual reasons apply.</summary>
    public string? Hint { get; init; }
}

/// <summary>The terms that a loss is to be built of: all, or for the preflight one, as if it were the whole.</summary>
/// <param name="All">In the order in which they are summed.</param>
public sealed record LossTerms(IReadOnlyList<LossTerm> All)
{
    /// <summary>Whether a term is among them.</summary>
    public bool Have(string name) => All.Any(term => term.Name == name);

    /// <summary>Their weighted sum.</summary>
    /// <param name="values">Each builds the scalar of one term of the loss; it is asked if that term is among these.</param>
    public Tensor Sum(params IReadOnlyList<(string Name, Func<Tensor> Value)> values) => All.Select(term =>
    {
        var value = values.Single(entry => entry.Name == term.Name).Value();
        return term.Weight == 1 ? value : value * term.Weight;
    }).Aggregate((sum, value) => sum + value);
}
