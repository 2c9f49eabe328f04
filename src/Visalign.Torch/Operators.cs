namespace Visalign.Torch;

/// <summary>The ATen operators behind the typed methods, each with the part of its schema they rely on.</summary>
/// <remarks>A test holds every line to the libtorch found, and to the schema lists under <c>tests/schemas</c>.</remarks>
internal static class Operators
{
    // Creation and data
    internal static readonly Operator Empty = new("aten::empty.memory_format(int[] size, *, ScalarType? dtype, Layout? layout, Device? device)");
    internal static readonly Operator Full = new("aten::full(int[] size, Scalar fill_value, *, ScalarType? dtype, Layout? layout, Device? device)");
    internal static readonly Operator Arange = new("aten::arange.start_step(Scalar start, Scalar end, Scalar step, *, ScalarType? dtype, Layout? layout, Device? device)");
    internal static readonly Operator Clone = new("aten::clone(Tensor self)");
    internal static readonly Operator Contiguous = new("aten::contiguous(Tensor self)");
    internal static readonly Operator ToDType = new("aten::to.dtype(Tensor self, ScalarType dtype)");
    internal static readonly Operator ToDevice = new("aten::to.device(Tensor self, Device device, ScalarType dtype)");
    internal static readonly Operator Detach = new("aten::detach(Tensor self)");
    internal static readonly Operator CopyInPlace = new("aten::copy_(Tensor self, Tensor src)");
    internal static readonly Operator FillInPlace = new("aten::fill_.Scalar(Tensor self, Scalar value)");
    internal static readonly Operator Item = new("aten::item(Tensor self)");

    // Shape
    internal static readonly Operator View = new("aten::view(Tensor self, int[] size)");
    internal static readonly Operator Reshape = new("aten::reshape(Tensor self, int[] shape)");
    internal static readonly Operator Permute = new("aten::permute(Tensor self, int[] dims)");
    internal static readonly Operator Transpose = new("aten::transpose.int(Tensor self, int dim0, int dim1)");
    internal static readonly Operator Unsqueeze = new("aten::unsqueeze(Tensor self, int dim)");
    internal static readonly Operator Squeeze = new("aten::squeeze.dim(Tensor self, int dim)");
    internal static readonly Operator Expand = new("aten::expand(Tensor self, int[] size)");
    internal static readonly Operator AsStrided = new("aten::as_strided(Tensor self, int[] size, int[] stride, int? storage_offset)");
    internal static readonly Operator Narrow = new("aten::narrow(Tensor self, int dim, int start, int length)");
    internal static readonly Operator Select = new("aten::select.int(Tensor self, int dim, int index)");
    internal static readonly Operator Split = new("aten::split.Tensor(Tensor self, int split_size, int dim)");
    internal static readonly Operator SplitSizes = new("aten::split_with_sizes(Tensor self, int[] split_sizes, int dim)");
    internal static readonly Operator Cat = new("aten::cat(Tensor[] tensors, int dim)");
    internal static readonly Operator Stack = new("aten::stack(Tensor[] tensors, int dim)");
    internal static readonly Operator IndexSelect = new("aten::index_select(Tensor self, int dim, Tensor index)");
    internal static readonly Operator Gather = new("aten::gather(Tensor self, int dim, Tensor index)");
    internal static readonly Operator RepeatInterleave = new("aten::repeat_interleave.self_int(Tensor self, int repeats, int? dim)");
    internal static readonly Operator ConstantPad = new("aten::constant_pad_nd(Tensor self, int[] pad, Scalar value)");
    internal static readonly Operator Flip = new("aten::flip(Tensor self, int[] dims)");
    internal static readonly Operator ViewAsComplex = new("aten::view_as_complex(Tensor self)");
    internal static readonly Operator ViewAsReal = new("aten::view_as_real(Tensor self)");
    internal static readonly Operator Sort = new("aten::sort(Tensor self, int dim, bool descending)", results: 2);

    // Arithmetic
    internal static readonly Operator Add = new("aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha)");
    internal static readonly Operator AddScalar = new("aten::add.Scalar(Tensor self, Scalar other)");
    internal static readonly Operator Sub = new("aten::sub.Tensor(Tensor self, Tensor other)");
    internal static readonly Operator SubScalar = new("aten::sub.Scalar(Tensor self, Scalar other)");
    internal static readonly Operator RSubScalar = new("aten::rsub.Scalar(Tensor self, Scalar other)");
    internal static readonly Operator Mul = new("aten::mul.Tensor(Tensor self, Tensor other)");
    internal static readonly Operator MulScalar = new("aten::mul.Scalar(Tensor self, Scalar other)");
    internal static readonly Operator Div = new("aten::div.Tensor(Tensor self, Tensor other)");
    internal static readonly Operator DivScalar = new("aten::div.Scalar(Tensor self, Scalar other)");
    internal static readonly Operator AddCMul = new("aten::addcmul(Tensor self, Tensor tensor1, Tensor tensor2)");
    internal static readonly Operator Lerp = new("aten::lerp.Scalar(Tensor self, Tensor end, Scalar weight)");
    internal static readonly Operator LerpTensor = new("aten::lerp.Tensor(Tensor self, Tensor end, Tensor weight)");
    internal static readonly Operator Neg = new("aten::neg(Tensor self)");
    internal static readonly Operator Abs = new("aten::abs(Tensor self)");
    internal static readonly Operator Sign = new("aten::sign(Tensor self)");
    internal static readonly Operator Exp = new("aten::exp(Tensor self)");
    internal static readonly Operator Log = new("aten::log(Tensor self)");
    internal static readonly Operator Sqrt = new("aten::sqrt(Tensor self)");
    internal static readonly Operator Rsqrt = new("aten::rsqrt(Tensor self)");
    internal static readonly Operator Square = new("aten::square(Tensor self)");
    internal static readonly Operator PowScalar = new("aten::pow.Tensor_Scalar(Tensor self, Scalar exponent)");
    internal static readonly Operator Reciprocal = new("aten::reciprocal(Tensor self)");
    internal static readonly Operator Sin = new("aten::sin(Tensor self)");
    internal static readonly Operator Cos = new("aten::cos(Tensor self)");
    internal static readonly Operator Tanh = new("aten::tanh(Tensor self)");
    internal static readonly Operator Round = new("aten::round(Tensor self)");
    internal static readonly Operator Clamp = new("aten::clamp(Tensor self, Scalar? min, Scalar? max)");
    internal static readonly Operator Maximum = new("aten::maximum(Tensor self, Tensor other)");
    internal static readonly Operator Minimum = new("aten::minimum(Tensor self, Tensor other)");
    internal static readonly Operator Where = new("aten::where.self(Tensor condition, Tensor self, Tensor other)");
    internal static readonly Operator GreaterScalar = new("aten::gt.Scalar(Tensor self, Scalar other)");
    internal static readonly Operator LessScalar = new("aten::lt.Scalar(Tensor self, Scalar other)");
    internal static readonly Operator EqualScalar = new("aten::eq.Scalar(Tensor self, Scalar other)");
    internal static readonly Operator Equal = new("aten::equal(Tensor self, Tensor other)");
    internal static readonly Operator IsFinite = new("aten::isfinite(Tensor self)");
    internal static readonly Operator AddInPlace = new("aten::add_.Tensor(Tensor self, Tensor other, *, Scalar alpha)");
    internal static readonly Operator MulScalarInPlace = new("aten::mul_.Scalar(Tensor self, Scalar other)");
    internal static readonly Operator LerpInPlace = new("aten::lerp_.Scalar(Tensor self, Tensor end, Scalar weight)");

    // Reductions
    internal static readonly Operator SumAll = new("aten::sum(Tensor self)");
    internal static readonly Operator Sum = new("aten::sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim)");
    internal static readonly Operator MeanAll = new("aten::mean(Tensor self)");
    internal static readonly Operator Mean = new("aten::mean.dim(Tensor self, int[1]? dim, bool keepdim)");
    internal static readonly Operator CumulativeSum = new("aten::cumsum(Tensor self, int dim)");
    internal static readonly Operator AMax = new("aten::amax(Tensor self, int[1] dim, bool keepdim)");
    internal static readonly Operator AMin = new("aten::amin(Tensor self, int[1] dim, bool keepdim)");
    internal static readonly Operator ArgMax = new("aten::argmax(Tensor self, int? dim, bool keepdim)");
    internal static readonly Operator All = new("aten::all(Tensor self)");
    internal static readonly Operator Norm = new("aten::norm.Scalar(Tensor self, Scalar p)");
    internal static readonly Operator SingularValues = new("aten::linalg_svd(Tensor A, bool full_matrices)", results: 3);

    // Networks
    internal static readonly Operator MatMul = new("aten::matmul(Tensor self, Tensor other)");
    internal static readonly Operator Linear = new("aten::linear(Tensor input, Tensor weight, Tensor? bias)");
    internal static readonly Operator Conv2d = new("aten::conv2d(Tensor input, Tensor weight, Tensor? bias, int[2] stride, int[2] padding)");
    internal static readonly Operator PlainConv2d = new("aten::thnn_conv2d(Tensor self, Tensor weight, int[2] kernel_size, Tensor? bias, int[2] stride, int[2] padding)");
    internal static readonly Operator LayerNorm = new("aten::layer_norm(Tensor input, int[] normalized_shape, Tensor? weight, Tensor? bias, float eps)");
    internal static readonly Operator GroupNorm = new("aten::group_norm(Tensor input, int num_groups, Tensor? weight, Tensor? bias, float eps)");
    internal static readonly Operator Gelu = new("aten::gelu(Tensor self, *, str approximate)");
    internal static readonly Operator Silu = new("aten::silu(Tensor self)");
    internal static readonly Operator Relu = new("aten::relu(Tensor self)");
    internal static readonly Operator Sigmoid = new("aten::sigmoid(Tensor self)");
    internal static readonly Operator Softplus = new("aten::softplus(Tensor self)");
    internal static readonly Operator LogSigmoid = new("aten::log_sigmoid(Tensor self)");
    internal static readonly Operator Softmax = new("aten::softmax.int(Tensor self, int dim)");
    internal static readonly Operator LogSoftmax = new("aten::log_softmax.int(Tensor self, int dim)");
    internal static readonly Operator Embedding = new("aten::embedding(Tensor weight, Tensor indices)");
    internal static readonly Operator UpsampleNearest2d = new("aten::upsample_nearest2d(Tensor self, int[2] output_size, float? scales_h, float? scales_w)");
    internal static readonly Operator PixelShuffle = new("aten::pixel_shuffle(Tensor self, int upscale_factor)");
    internal static readonly Operator PixelUnshuffle = new("aten::pixel_unshuffle(Tensor self, int downscale_factor)");
    internal static readonly Operator ScaledDotProductAttention = new("aten::scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask)", since: "2.0");

    // Our own kernels
    internal static readonly Operator FusedLinear = new("visalign::linear(Tensor x, Tensor weight, Tensor? bias)");
    internal static readonly Operator SelfAttention = new("visalign::self_attention(Tensor qkv, int heads, bool causal)");
    internal static readonly Operator Attention = new("visalign::attention(Tensor query, Tensor key, Tensor value, int heads)");
    internal static readonly Operator FusedGroupNorm = new("visalign::group_norm(Tensor x, int groups, Tensor weight, Tensor bias, float epsilon, bool silu)");
    internal static readonly Operator Geglu = new("visalign::geglu(Tensor x)");
    internal static readonly Operator GeluTanh = new("visalign::gelu_tanh(Tensor x)");
    internal static readonly Operator ModulatedNorm = new("visalign::modulated_norm(Tensor x, Tensor shift, Tensor scale, float epsilon)");
    internal static readonly Operator ModulatedLinear = new("visalign::modulated_linear(Tensor x, Tensor shift, Tensor scale, Tensor weight, Tensor? bias, float epsilon)");
    internal static readonly Operator GeluLinear = new("visalign::gelu_linear(Tensor x, Tensor weight, Tensor? bias)");
    internal static readonly Operator RmsNorm = new("visalign::rms_norm(Tensor x, Tensor weight, float epsilon)");
    internal static readonly Operator SiluProduct = new("visalign::silu_product(Tensor x, Tensor y)");
    internal static readonly Operator GatedSum = new("visalign::gated_sum(Tensor x, Tensor gate, Tensor y)");
}
