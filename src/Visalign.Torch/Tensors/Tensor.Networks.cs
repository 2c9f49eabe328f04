using Visalign.Torch.Native;

namespace Visalign.Torch;

public sealed partial class Tensor
{
    /// <summary>Matrix product with libtorch's broadcasting.</summary>
    public Tensor MatMul(Tensor other) => Operators.MatMul.Call(this, other);
    /// <summary><c>this · weightᵀ + bias</c> over the last dimension.</summary>
    public Tensor Linear(Tensor weight, Tensor? bias = null) =>
        RunsInKernels && Rank >= 2 && weight.RunsInKernels && (bias?.RunsInKernels ?? true) ? Operators.FusedLinear.Call(this, weight, bias) : PortableLinear(weight, bias);
    /// <summary>The portable form of <see cref="Linear"/>.</summary>
    internal Tensor PortableLinear(Tensor weight, Tensor? bias) => Operators.Linear.Call(this, weight, bias);
    /// <summary>Two-dimensional convolution of <c>[B, C, H, W]</c>.</summary>
    public Tensor Conv2d(Tensor weight, Tensor? bias = null, int stride = 1, int padding = 0) => IsMiscomputed(weight)
        ? Operators.PlainConv2d.Call(Contiguous(), weight, (ReadOnlySpan<long>)[weight.Size(2), weight.Size(3)], bias, (ReadOnlySpan<long>)[stride, stride], (ReadOnlySpan<long>)[padding, padding])
        : Operators.Conv2d.Call(this, weight, bias, (long)stride, (long)padding);
    // oneDNN in libtorch 2.6 of Debian 13 reads memory that nobody wrote where channels are no multiple of 16: forward for
    // those that come in, backward for either. The one in 1.13 does not; in doubt any later one counts as the former.
    // The plain convolution of 2.6 refuses its own weight gradient where the picture's channels lie last in memory.
    private static bool IsMiscomputed(Tensor weight) => Operators.ScaledDotProductAttention.Exists && weight.Device.Kind == Device.Cpu.Kind
        && weight.Rank == 4 && weight.Size(2) * weight.Size(3) > 1 && (weight.Size(0) % 16 != 0 || weight.Size(1) % 16 != 0);
    /// <summary>Normalization over the last dimension.</summary>
    public Tensor LayerNorm(Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5) =>
        Operators.LayerNorm.Call(this, (ReadOnlySpan<long>)[Size(-1)], weight, bias, epsilon);
    /// <summary>Normalization over groups of channels.</summary>
    /// <remarks>With scale and shift, in float32 on the CPU and of channels with a multiple of 16 places, one pass of the bridge's own kernel, which has no second derivative.</remarks>
    public Tensor GroupNorm(int groups, Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5) =>
        NormalizesInKernel(weight, bias) ? Operators.FusedGroupNorm.Call(this, (long)groups, weight, bias, epsilon, false) : PortableGroupNorm(groups, weight, bias, epsilon);
    /// <summary>The portable form of <see cref="GroupNorm"/>.</summary>
    internal Tensor PortableGroupNorm(int groups, Tensor? weight, Tensor? bias, double epsilon) => Operators.GroupNorm.Call(this, (long)groups, weight, bias, epsilon);
    /// <summary><see cref="Silu"/> of <see cref="GroupNorm"/>, in the same one pass.</summary>
    public Tensor GroupNormSilu(int groups, Tensor weight, Tensor bias, double epsilon = 1e-5) =>
        NormalizesInKernel(weight, bias) ? Operators.FusedGroupNorm.Call(this, (long)groups, weight, bias, epsilon, true) : PortableGroupNormSilu(groups, weight, bias, epsilon);
    /// <summary>The portable form of <see cref="GroupNormSilu"/>.</summary>
    internal Tensor PortableGroupNormSilu(int groups, Tensor weight, Tensor bias, double epsilon)
    {
        using var scope = Scope();
        return scope.Keep(PortableGroupNorm(groups, weight, bias, epsilon).Silu());
    }
    private bool NormalizesInKernel(Tensor? weight, Tensor? bias) =>
        RunsInKernels && Rank > 2 && weight is { RunsInKernels: true } && bias is { RunsInKernels: true } && Count > 0 && Count / (Size(0) * Size(1)) % KernelLanes == 0;
    /// <summary>Gaussian error linear unit, exact or by tanh.</summary>
    public Tensor Gelu(bool tanh = false) => tanh && RunsInKernels ? Operators.GeluTanh.Call(this) : PortableGelu(tanh);
    /// <summary>The portable form of <see cref="Gelu"/>.</summary>
    internal Tensor PortableGelu(bool tanh) => Operators.Gelu.Call(this, tanh ? "tanh" : "none");
    /// <summary><c>x · sigmoid(x)</c>.</summary>
    public Tensor Silu() => Operators.Silu.Call(this);
    /// <summary><c>max(x, 0)</c>.</summary>
    public Tensor Relu() => Operators.Relu.Call(this);
    /// <summary>Logistic function.</summary>
    public Tensor Sigmoid() => Operators.Sigmoid.Call(this);
    /// <summary><c>log(1 + e^x)</c>.</summary>
    public Tensor Softplus() => Operators.Softplus.Call(this);
    /// <summary><c>log sigmoid(x)</c>.</summary>
    public Tensor LogSigmoid() => Operators.LogSigmoid.Call(this);
    /// <summary>Softmax along a dimension.</summary>
    public Tensor Softmax(int dim) => Operators.Softmax.Call(this, (long)dim);
    /// <summary>Log-softmax along a dimension.</summary>
    public Tensor LogSoftmax(int dim) => Operators.LogSoftmax.Call(this, (long)dim);
    /// <summary>Rows of this table by integer index.</summary>
    public Tensor Embedding(Tensor indices) => Operators.Embedding.Call(this, indices);
    /// <summary>Nearest-neighbor resampling of <c>[B, C, H, W]</c> to a height and width.</summary>
    public Tensor ResizeNearest(long height, long width) => Operators.UpsampleNearest2d.Call(this, (ReadOnlySpan<long>)[height, width], Value.None, Value.None);

    /// <summary><c>[B, C·f², H, W]</c> to <c>[B, C, H·f, W·f]</c>.</summary>
    public Tensor PixelShuffle(int factor) => Operators.PixelShuffle.Call(this, (long)factor);
    /// <summary><c>[B, C, H·f, W·f]</c> to <c>[B, C·f², H, W]</c>.</summary>
    public Tensor PixelUnshuffle(int factor) => Operators.PixelUnshuffle.Call(this, (long)factor);

    /// <summary>Adaptive normalization: <c>shift + (1 + scale) · x̂</c>, x̂ normalized over the last dimension.</summary>
    /// <remarks>Peebles and Xie, arXiv 2212.09748. On the CPU in float32 one pass of the bridge's own kernel, which has no second derivative.</remarks>
    /// <param name="shift">Shape <c>[B, 1, D]</c> for this of shape <c>[B, T, D]</c>.</param>
    /// <param name="scale">Shape <c>[B, 1, D]</c>.</param>
    public Tensor ModulatedNorm(Tensor shift, Tensor scale, double epsilon = 1e-6) =>
        RunsInKernels && Size(-1) % KernelLanes == 0 ? Operators.ModulatedNorm.Call(this, shift, scale, epsilon) : PortableModulatedNorm(shift, scale, epsilon);

    /// <summary>The portable form of <see cref="ModulatedNorm"/>.</summary>
    internal Tensor PortableModulatedNorm(Tensor shift, Tensor scale, double epsilon)
    {
        using var scope = Scope();
        return scope.Keep(shift.AddProduct(LayerNorm(epsilon: epsilon), scale + 1));
    }

    /// <summary>A linear layer of <see cref="ModulatedNorm"/>.</summary>
    /// <remarks>On the CPU in float32 one node of the graph, which keeps only this and makes the norm again in the backward pass; it has no second derivative.</remarks>
    /// <param name="shift">Shape <c>[B, 1, D]</c> for this of shape <c>[B, T, D]</c>.</param>
    /// <param name="scale">Shape <c>[B, 1, D]</c>.</param>
    /// <param name="weight">Shape <c>[E, D]</c>.</param>
    /// <returns>Shape <c>[B, T, E]</c>.</returns>
    public Tensor ModulatedLinear(Tensor shift, Tensor scale, Tensor weight, Tensor? bias = null, double epsilon = 1e-6)
    {
        if (RunsInKernels && Size(-1) % KernelLanes == 0 && weight.RunsInKernels && (bias?.RunsInKernels ?? true)) return Operators.ModulatedLinear.Call(this, shift, scale, weight, bias, epsilon);
        using var scope = Scope();
        return scope.Keep(ModulatedNorm(shift, scale, epsilon).Linear(weight, bias));
    }

    /// <summary>A linear layer of <see cref="Gelu"/> by tanh.</summary>
    /// <remarks>On the CPU in float32 one node of the graph, which keeps only this and makes the values again in the backward pass; it has no second derivative.</remarks>
    /// <param name="weight">Shape <c>[E, D]</c> for this of shape <c>[…, D]</c>.</param>
    public Tensor GeluLinear(Tensor weight, Tensor? bias = null)
    {
        if (RunsInKernels && Rank >= 2 && weight.RunsInKernels && (bias?.RunsInKernels ?? true)) return Operators.GeluLinear.Call(this, weight, bias);
        using var scope = Scope();
        return scope.Keep(Gelu(tanh: true).Linear(weight, bias));
    }

    /// <summary>A gated residual: <c>this + gate · branch</c>.</summary>
    /// <param name="gate">Shape <c>[B, 1, D]</c> for this of shape <c>[B, T, D]</c>.</param>
    /// <param name="branch">Shape <c>[B, T, D]</c>.</param>
    public Tensor GatedSum(Tensor gate, Tensor branch) =>
        RunsInKernels && Size(-1) % KernelLanes == 0 ? Operators.GatedSum.Call(this, gate, branch) : AddProduct(gate, branch);

    /// <summary>Normalization by the root mean square over the last dimension, with a learned scale.</summary>
    /// <remarks>Zhang and Sennrich, arXiv 1910.07467, eq. 4. On the CPU in float32 one pass of the bridge's own kernel, which has no second derivative.</remarks>
    /// <param name="weight">Shape <c>[D]</c>.</param>
    public Tensor RmsNorm(Tensor weight, double epsilon = 1e-6) =>
        RunsInKernels && weight.RunsInKernels && Size(-1) % KernelLanes == 0 ? Operators.RmsNorm.Call(this, weight, epsilon) : PortableRmsNorm(weight, epsilon);

    /// <summary>The portable form of <see cref="RmsNorm"/>.</summary>
    internal Tensor PortableRmsNorm(Tensor weight, double epsilon)
    {
        using var scope = Scope();
        return scope.Keep(this * (Square().Mean([-1], keepDim: true) + epsilon).Rsqrt() * weight);
    }

    /// <summary><c>silu(this) · other</c>, the gate of SwiGLU layers (Shazeer, arXiv 2002.05202).</summary>
    /// <remarks>On the CPU in float32 one pass of the bridge's own kernel, which has no second derivative.</remarks>
    /// <param name="other">The same shape.</param>
    public Tensor SiluProduct(Tensor other) => RunsInKernels && other.RunsInKernels ? Operators.SiluProduct.Call(this, other) : PortableSiluProduct(other);

    /// <summary>The portable form of <see cref="SiluProduct"/>.</summary>
    internal Tensor PortableSiluProduct(Tensor other)
    {
        using var scope = Scope();
        return scope.Keep(Silu() * other);
    }

    /// <summary><c>value · gelu(gate)</c>, exact, of rows that hold first the values and then the gates: GEGLU (Shazeer, arXiv 2002.05202).</summary>
    /// <remarks>On the CPU in float32 one pass of the bridge's own kernel, which has no second derivative.</remarks>
    /// <returns>Shape <c>[…, D]</c> for <c>[…, 2·D]</c>.</returns>
    public Tensor Geglu() => RunsInKernels ? Operators.Geglu.Call(this) : PortableGeglu();

    /// <summary>The portable form of <see cref="Geglu"/>.</summary>
    internal Tensor PortableGeglu()
    {
        using var scope = Scope();
        var parts = Chunk(2, -1);
        return scope.Keep(parts[0] * parts[1].Gelu());
    }

    private const int KernelLanes = 16;

    private bool RunsInKernels => Info is { DType: (int)DType.Float32, DeviceType: 0 };

    private const int LongestFused = 256;

    /// <summary>Multi-head attention of some tokens to others, scaled by one over the root of the head width.</summary>
    /// <remarks>Short float32 sequences on the CPU run in the bridge's own kernel, which has no second derivative; everything else in libtorch.</remarks>
    /// <param name="query">Shape <c>[B, T, H·D]</c>, heads side by side.</param>
    /// <param name="key">Shape <c>[B, S, H·D]</c>.</param>
    /// <param name="value">Shape <c>[B, S, H·D]</c>.</param>
    /// <param name="heads">H.</param>
    /// <returns>Shape <c>[B, T, H·D]</c>.</returns>
    public static Tensor Attention(Tensor query, Tensor key, Tensor value, int heads)
    {
        if (heads < 1) throw new TorchException($"attention({query}, {key}, {value}, {heads}): heads must be at least 1.");
        return query.RunsInKernels && key.RunsInKernels && value.RunsInKernels && query.Size(1) <= LongestFused && key.Size(1) <= LongestFused
            ? Operators.Attention.Call(query, key, value, (long)heads)
            : PortableAttention(query, key, value, heads);
    }

    /// <summary>The portable form of <see cref="Attention"/>.</summary>
    internal static Tensor PortableAttention(Tensor query, Tensor key, Tensor value, int heads)
    {
        using var scope = Scope();
        return scope.Keep(Attend(Heads(query), Heads(key), Heads(value)).Transpose(1, 2).Reshape(query.Size(0), query.Size(1), -1));

        Tensor Heads(Tensor x) => x.Reshape(x.Size(0), x.Size(1), heads, -1).Transpose(1, 2);             // [B, H, L, D]
    }

    /// <summary>Multi-head self-attention over packed queries, keys and values, scaled by one over the root of the head width.</summary>
    /// <remarks>
    /// Short float32 sequences on the CPU run in the bridge's own kernel, everything else in libtorch; both agree within
    /// 1e-5 (tested).
    /// </remarks>
    /// <param name="heads">H; the last dimension is 3·H·D, ordered part, head, width.</param>
    /// <param name="causal">A token sees itself and earlier ones only.</param>
    /// <returns>Shape <c>[B, T, H·D]</c> for <c>[B, T, 3·H·D]</c>.</returns>
    public Tensor SelfAttention(int heads, bool causal = false)
    {
        if (heads < 1) throw new TorchException($"self_attention({this}, {heads}): heads must be at least 1.");
        return RunsInKernels && Size(1) <= LongestFused
            ? Operators.SelfAttention.Call(this, (long)heads, causal)
            : PortableSelfAttention(heads, causal);
    }

    /// <summary>The portable form of <see cref="SelfAttention"/>.</summary>
    internal Tensor PortableSelfAttention(int heads, bool causal)
    {
        using var scope = Scope();
        long batch = Size(0), tokens = Size(1), width = Size(2) / (3 * heads);
        var parts = Reshape(batch, tokens, 3, heads, width).Permute(2, 0, 3, 1, 4);  // [3, B, H, T, D]
        var mixed = Attend(parts.Select(0, 0), parts.Select(0, 1), parts.Select(0, 2), causal ? CausalBias(tokens) : null);
        return scope.Keep(mixed.Transpose(1, 2).Reshape(batch, tokens, heads * width));
    }

    /// <summary><c>softmax(q·kᵀ / √D + bias) · v</c>, by libtorch's fused operator where it has one.</summary>
    /// <param name="query">Shape <c>[B, H, T, D]</c>.</param>
    /// <param name="key">Shape <c>[B, H, S, D]</c>.</param>
    /// <param name="value">Shape <c>[B, H, S, D]</c>.</param>
    /// <param name="bias">Broadcast to <c>[B, H, T, S]</c>: <see cref="Unseen"/> where a query must not look; null for none.</param>
    public static Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? bias = null)
    {
        if (Operators.ScaledDotProductAttention.Exists) return Operators.ScaledDotProductAttention.Call(query, key, value, bias);
        using var scope = Scope();
        var scores = (query * (1 / Math.Sqrt(query.Size(-1)))).MatMul(key.Transpose(-2, -1));  // [B, H, T, S]
        return scope.Keep((bias is null ? scores : scores + bias).Softmax(-1).MatMul(value));
    }

    /// <summary>What a score is lowered by where a query must not look: the lowest single-precision number, so that a row that may look nowhere stays finite.</summary>
    public const double Unseen = float.MinValue;

    /// <summary>Lets a token see itself and earlier ones.</summary>
    /// <returns>Shape <c>[T, T]</c>: 0 where a column may be seen from a row, else <see cref="Unseen"/>.</returns>
    public static Tensor CausalBias(long tokens)
    {
        using var scope = Scope();
        var place = Arange(0, tokens);
        var ahead = place.Unsqueeze(0) - place.Unsqueeze(1);                                   // [T, T], key less query
        return scope.Keep(ahead.Greater(0).To(DType.Float32) * Unseen);
    }
}
