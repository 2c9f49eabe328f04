using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>What a vector quantizer's training adds to the loss of the pictures; their weights are in them.</summary>
/// <param name="Codebook">Draws codes to the latents they stand for.</param>
/// <param name="Commitment">Holds latents to their codes.</param>
/// <param name="Entropy">Spreads the use of the codes, and makes each choice of one sure.</param>
public readonly record struct VectorQuantizerLosses(Tensor Codebook, Tensor Commitment, Tensor Entropy);

/// <summary>Replaces each place of a latent picture by the nearest entry of a codebook.</summary>
/// <remarks>
/// van den Oord et al., arXiv 1711.00937; entries of length 1 as in Yu et al., arXiv 2110.04627; the entropy term of Chang et
/// al. (MaskGIT) as in LlamaGen's code:
/// <code>
/// L = mean (q - sg z)² + β mean (sg q - z)² + ρ (mean H(p_place) - H(mean p)),   p = softmax(-|z - e|² / τ)
/// </code>
/// </remarks>
public static class VectorQuantizer
{
    private const double Small = 1e-5, ShortestLength = 1e-12;

    /// <summary>The numbers of the nearest entries.</summary>
    /// <param name="w">The codebook: <c>embedding.weight</c> of shape <c>[V, E]</c>.</param>
    /// <param name="latents">Shape <c>[B, E, h, w]</c>.</param>
    /// <returns>Shape <c>[B, h, w]</c>, int64.</returns>
    public static Tensor Indices(Weights w, VqAutoencoderConfig config, Tensor latents)
    {
        using var scope = Tensor.Scope();
        var z = Rows(config, latents);
        return scope.Keep((-Distances(z, Codebook(w, config))).ArgMax(1).Reshape(latents.Size(0), latents.Size(2), latents.Size(3)));
    }

    /// <summary>The entries of given numbers.</summary>
    /// <param name="indices">Shape <c>[B, h, w]</c>, int64.</param>
    /// <returns>Shape <c>[B, E, h, w]</c>.</returns>
    public static Tensor Entries(Weights w, VqAutoencoderConfig config, Tensor indices)
    {
        Expect.Shape(indices, "B H W");
        using var scope = Tensor.Scope();
        return scope.Keep(Codebook(w, config).Embedding(indices).Permute(0, 3, 1, 2));
    }

    /// <summary>The nearest entries, with the gradient of the latents: straight through.</summary>
    /// <param name="latents">Shape <c>[B, E, h, w]</c>.</param>
    /// <param name="indices">What <see cref="Indices"/> found.</param>
    /// <returns>Shape <c>[B, E, h, w]</c>.</returns>
    public static Tensor StraightThrough(Weights w, VqAutoencoderConfig config, Tensor latents, Tensor indices)
    {
        using var scope = Tensor.Scope();
        var z = Picture(Rows(config, latents), latents);
        return scope.Keep(z + (Entries(w, config, indices) - z).Detach());
    }

    /// <summary>The losses of training.</summary>
    /// <param name="latents">Shape <c>[B, E, h, w]</c>.</param>
    /// <param name="indices">What <see cref="Indices"/> found.</param>
    public static VectorQuantizerLosses Losses(Weights w, VqAutoencoderConfig config, Tensor latents, Tensor indices)
    {
        using var scope = Tensor.Scope();
        var codebook = Codebook(w, config);                                                                   // [V, E]
        var z = Rows(config, latents);                                                                        // [K, E]
        var entries = codebook.Embedding(indices.Reshape(-1));                                                // [K, E]
        return new(
            scope.Keep((entries - z.Detach()).Square().Mean()),
            scope.Keep((entries.Detach() - z).Square().Mean() * config.Commitment),
            scope.Keep(config.EntropyRatio == 0 ? Tensor.Of(0) : Entropy(Distances(z, codebook), config.EntropyTemperature) * config.EntropyRatio));
    }

    // Low where each place is sure of its code and all codes are used alike.
    private static Tensor Entropy(Tensor distances, double temperature)
    {
        using var scope = Tensor.Scope();
        var affinity = distances * (-1 / temperature);                                                 // [K, V]
        var share = affinity.Softmax(1);
        var mean = share.Mean([0]);                                                                           // [V]
        var each = -(share * (affinity + Small).LogSoftmax(1)).Sum([1]).Mean();
        return scope.Keep(each + (mean * (mean + Small).Log()).Sum());
    }

    private static Tensor Codebook(Weights w, VqAutoencoderConfig config)
    {
        var table = w["embedding.weight"].Tensor;
        return config.Normalized ? OfLengthOne(table) : table;
    }

    private static Tensor Rows(VqAutoencoderConfig config, Tensor latents)
    {
        Expect.Shape(latents, $"B {config.CodeWidth} H W");
        using var scope = Tensor.Scope();
        var rows = latents.Permute(0, 2, 3, 1).Reshape(-1, config.CodeWidth);                                 // [B·h·w, E]
        return scope.Keep(config.Normalized ? OfLengthOne(rows) : rows);
    }

    private static Tensor Picture(Tensor rows, Tensor latents)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(rows.Reshape(latents.Size(0), latents.Size(2), latents.Size(3), -1).Permute(0, 3, 1, 2));
    }

    private static Tensor OfLengthOne(Tensor rows)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(rows / rows.Square().Sum([1], keepDim: true).Sqrt().Clamp(low: ShortestLength));
    }

    // Squared, of each row to each entry.
    private static Tensor Distances(Tensor rows, Tensor codebook)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(rows.Square().Sum([1], keepDim: true) + codebook.Square().Sum([1]) - rows.MatMul(codebook.Transpose(0, 1)) * 2);
    }
}
