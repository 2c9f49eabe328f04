// A linear layer whose matrix products are cut here, one piece per thread, and left to a single-threaded BLAS. OpenBLAS
// cuts them itself, but its threads then wait for each other many times in one product, which is ruinous as soon as
// anything else runs on the machine. Products are added onto the bias, and weight gradients onto the leaves' own, which
// saves BLAS's pass that clears the result and the pass that would add it.
#include "linear.h"
#include "guard.h"
#include "vector.h"

#include <ATen/Parallel.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/mm.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <vector>

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

thread_local bool accumulating = false;

// Pieces are multiples of this. Where the cuts are does not change an element's sum with OpenBLAS's kernels for AVX-512; with
// those for AVX2 it may in its last bit.
constexpr int64_t piece = 64;

template <class Body>
void each_piece(int64_t count, Body body) {
    int64_t pieces = (count + piece - 1) / piece;
    at::parallel_for(0, pieces, std::max<int64_t>(1, pieces / at::get_num_threads()), [&](int64_t begin, int64_t end) {
        at::AutoDispatchBelowADInplaceOrView no_autograd;
        body(begin * piece, std::min(count, end * piece));
    });
}

// Adds the sums of columns [begin, end) of g [rows, width] by blocks of rows, for the sake of accuracy.
void sum_rows(const float* g, int64_t rows, int64_t width, int64_t begin, int64_t end, float* sums, bool add) {
    constexpr int64_t block = 64;
    int64_t count = end - begin;
    std::vector<float> part(count), total(count);
    for (int64_t first = 0; first < rows; first += block) {
        std::memset(part.data(), 0, count * sizeof(float));
        for (int64_t row = first; row < std::min(rows, first + block); ++row)
            for (int64_t j = 0; j < count; ++j) part[j] += g[row * width + begin + j];
        for (int64_t j = 0; j < count; ++j) total[j] += part[j];
    }
    for (int64_t j = 0; j < count; ++j) sums[begin + j] = add ? sums[begin + j] + total[j] : total[j];
}

// The gradient that a leaf has, if ours may be added to it.
at::Tensor own_gradient(const at::Tensor& leaf) {
    if (!accumulating || !leaf.is_leaf() || !leaf.requires_grad()) return {};
    const at::Tensor& gradient = leaf.grad();
    bool fits = gradient.defined() && gradient.is_contiguous() && gradient.sizes().equals(leaf.sizes()) && gradient.is_cpu() &&
                gradient.scalar_type() == at::kFloat && !gradient.requires_grad();
    return fits ? gradient : at::Tensor();
}

}  // namespace

namespace visalign {

Accumulating::Accumulating(bool now) : before(accumulating) { accumulating = now; }
Accumulating::~Accumulating() { accumulating = before; }

at::Tensor linear_forward(const at::Tensor& rows, const at::Tensor& weight, const at::Tensor& bias) {
    int64_t count = rows.size(0), outputs = weight.size(0);
    auto output = at::empty({count, outputs}, rows.options());
    auto turned = weight.t();
    auto offset = bias.contiguous();
    float* out = output.data_ptr<float>();
    const float* start = bias.numel() > 0 ? offset.data_ptr<float>() : nullptr;
    each_piece(count, [&](int64_t begin, int64_t end) {
        auto part = output.narrow(0, begin, end - begin);
        auto input = rows.narrow(0, begin, end - begin);
        if (!start) {
            at::mm_out(part, input, turned);
            return;
        }
        for (int64_t row = begin; row < end; ++row) std::memcpy(out + row * outputs, start, outputs * sizeof(float));
        at::addmm_out(part, part, input, turned);
    });
    return output;
}

at::Tensor linear_input_gradient(const at::Tensor& up, const at::Tensor& weight) {
    auto gradient = at::empty({up.size(0), weight.size(1)}, up.options());
    each_piece(up.size(0), [&](int64_t begin, int64_t end) {
        auto part = gradient.narrow(0, begin, end - begin);
        at::mm_out(part, up.narrow(0, begin, end - begin), weight);
    });
    return gradient;
}

LinearGradients linear_weight_gradients(const at::Tensor& up, const at::Tensor& rows, const at::Tensor& weight, const at::Tensor& bias, bool for_weight, bool for_bias) {
    LinearGradients made;
    if (!for_weight && !for_bias) return made;
    int64_t outputs = weight.size(0);
    auto onto_weight = for_weight ? own_gradient(weight) : at::Tensor(), onto_bias = for_bias ? own_gradient(bias) : at::Tensor();
    if (for_weight && !onto_weight.defined()) made.weight = at::empty(weight.sizes(), up.options());
    if (for_bias && !onto_bias.defined()) made.bias = at::empty({outputs}, up.options());
    auto turned = up.t();
    const float* g = up.data_ptr<float>();
    float* sums = for_bias ? (onto_bias.defined() ? onto_bias : made.bias).data_ptr<float>() : nullptr;
    each_piece(outputs, [&](int64_t begin, int64_t end) {
        if (for_weight) {
            auto part = (onto_weight.defined() ? onto_weight : made.weight).narrow(0, begin, end - begin);
            auto left = turned.narrow(0, begin, end - begin);
            onto_weight.defined() ? at::addmm_out(part, part, left, rows) : at::mm_out(part, left, rows);
        }
        if (sums) sum_rows(g, up.size(0), outputs, begin, end, sums, onto_bias.defined());
    });
    return made;
}

at::Tensor require_linear(const at::Tensor& x, const at::Tensor& weight, const c10::optional<at::Tensor>& given) {
    at::Tensor bias = given.has_value() ? *given : at::empty({0}, x.options());
    TORCH_CHECK(weight.dim() == 2 && weight.size(1) > 0, "weight must be [outputs, inputs], got ", weight.sizes());
    TORCH_CHECK(x.dim() >= 2 && x.size(-1) == weight.size(1), "x must be [..., ", weight.size(1), "], got ", x.sizes());
    for (const auto& tensor : {x, weight, bias})
        TORCH_CHECK(tensor.is_cpu() && tensor.scalar_type() == at::kFloat, "x, weight and bias must be float32 on the CPU");
    TORCH_CHECK(!given.has_value() || (bias.dim() == 1 && bias.size(0) == weight.size(0)), "bias must be [", weight.size(0), "], got ", bias.sizes());
    return bias;
}

}  // namespace visalign

namespace {

using namespace visalign;

// An absent bias is an empty one.
struct Linear final : torch::autograd::Function<Linear> {
    static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
        int64_t inputs = weight.size(1), outputs = weight.size(0), rows = x.numel() / inputs;
        auto shape = x.sizes().vec();
        shape.back() = outputs;
        auto output = linear_forward(x.contiguous().view({rows, inputs}), weight, bias);
        ctx->save_for_backward({x, weight, bias});
        ctx->saved_data["x"] = x.requires_grad();
        ctx->saved_data["weight"] = weight.requires_grad();
        ctx->saved_data["bias"] = bias.requires_grad();
        return output.view(shape);
    }

    static variable_list backward(AutogradContext* ctx, variable_list gradients) {
        auto saved = ctx->get_saved_variables();
        const auto &x = saved[0], &weight = saved[1], &bias = saved[2];
        int64_t inputs = weight.size(1), outputs = weight.size(0), rows = x.numel() / inputs;
        bool for_x = ctx->saved_data["x"].toBool(), for_weight = ctx->saved_data["weight"].toBool(), for_bias = ctx->saved_data["bias"].toBool();
        if (c10::GradMode::is_enabled()) {
            auto up = gradients[0].reshape({rows, outputs});
            return {for_x ? at::matmul(gradients[0], weight) : at::Tensor(), for_weight ? up.t().mm(x.reshape({rows, inputs})) : at::Tensor(),
                    for_bias ? up.sum(0) : at::Tensor()};
        }
        auto up = gradients[0].contiguous().view({rows, outputs});
        at::Tensor x_gradient;
        if (for_x) x_gradient = linear_input_gradient(up, weight).view(x.sizes());
        auto made = linear_weight_gradients(up, x.contiguous().view({rows, inputs}), weight, bias, for_weight, for_bias);
        return {x_gradient, made.weight, made.bias};
    }
};

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const c10::optional<at::Tensor>& bias) {
    return Linear::apply(x, weight, require_linear(x, weight, bias));
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(visalign, library) {
    library.def("linear(Tensor x, Tensor weight, Tensor? bias) -> Tensor", &linear);
}
