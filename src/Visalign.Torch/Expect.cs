namespace Visalign.Torch;

/// <summary>Shape checks at the door of public functions.</summary>
public static class Expect
{
    /// <summary>Requires a rank, told by letters: <c>"B C H W"</c>; a number in place of a letter requires that size.</summary>
    /// <exception cref="ArgumentException">Another shape; the sentence names both.</exception>
    public static void Shape(Tensor tensor, string letters, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(tensor))] string name = "")
    {
        string[] sizes = letters.Split(' ');
        bool fits = sizes.Length == tensor.Rank;
        for (int i = 0; fits && i < sizes.Length; i++)
            if (long.TryParse(sizes[i], out long size)) fits = tensor.Shape[i] == size;
        if (!fits) throw new ArgumentException($"{name}: expected [{letters.Replace(" ", ", ", StringComparison.Ordinal)}], got [{string.Join(", ", tensor.Shape.ToArray())}].");
    }

    /// <summary>Requires equal shapes.</summary>
    /// <exception cref="ArgumentException">They differ; the sentence names both.</exception>
    public static void SameShape(Tensor a, Tensor b,
        [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(a))] string nameA = "", [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(b))] string nameB = "")
    {
        if (!a.Shape.SequenceEqual(b.Shape))
            throw new ArgumentException($"{nameA} and {nameB}: expected one shape, got [{string.Join(", ", a.Shape.ToArray())}] and [{string.Join(", ", b.Shape.ToArray())}].");
    }
}
