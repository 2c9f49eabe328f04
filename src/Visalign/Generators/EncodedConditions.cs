using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>Conditions as a network reads them.</summary>
/// <param name="Asked">Tensors whose first dimension is the row's, such as a text's tokens and its pooled vector: the prompts.</param>
/// <param name="Avoided">The same of what guidance leads away from.</param>
public sealed record EncodedConditions(IReadOnlyList<Tensor> Asked, IReadOnlyList<Tensor> Avoided)
{
    /// <summary>Some rows in a row.</summary>
    public EncodedConditions Narrow(long start, long length) => Each(tensor => tensor.Narrow(0, start, length));

    /// <summary>Rows by their numbers.</summary>
    /// <param name="rows">Shape <c>[B]</c>, int64.</param>
    public EncodedConditions Select(Tensor rows) => Each(tensor => tensor.IndexSelect(0, rows));

    /// <summary>Hands all tensors to a scope's parent.</summary>
    public EncodedConditions KeptBy(TensorScope scope) => Each(scope.Keep);

    private EncodedConditions Each(Func<Tensor, Tensor> change) => new([.. Asked.Select(change)], [.. Avoided.Select(change)]);
}
