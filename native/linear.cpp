// A linear layer whose matrix products are cut here, one piece per thread, and left to a single-threaded BLAS. OpenBLAS
// cuts them itself, but its threads then wait for each other many times in one product, which is ruinous as soon as
// anything else runs on the machine. Bias and its gradient are taken along while the piece is in the cache.
#include "guard.h"
#include "vector.h"

#include <ATen/Parallel.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/mm.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <vector>

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

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

// Sums of columns [begin, end) of g [rows, width], by blocks of rows for the sake of accuracy.
void sum_rows(const float* g, int64_t rows, int64_t width, int64_t begin, int64_t end, float* sums) {
    constexpr int64_t block = 64;
    int64_t count = end - begin;
    std::vector<float> part(count);
    std::memset(sums + begin, 0, count * sizeof(float));
    for (int64_t first = 0; first < rows; first += block) {
        std::memset(part.data(), 0, count * sizeof(float));
        for (int64_t row = first; row < std::min(rows, first + block); ++row)
            for (int64_t j = 0; j < count; ++j) part[j] += g[row * width + begin + j];
        for (int64_t j = 0; j < count; ++j) sums[begin + j] += part[j];
    }
}

// An absent bias is an empty one.
struct Linear final : torch::autograd::Function<Linear> {
    static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
        int64_t inputs = weight.size(1), outputs = weight.size(0), rows = x.numel() / inputs;
        auto flat = x.contiguous().view({rows, inputs});
        auto shape = x.sizes().vec();
        shape.back() = outputs;
        auto output = at::empty({rows, outputs}, x.options());
        auto turned = weight.t();
        auto offset = bias.contiguous();
        float* out = output.data_ptr<float>();
        const float* add = bias.numel() > 0 ? offset.data_ptr<float>() : nullptr;
        each_piece(rows, [&](int64_t begin, int64_t end) {
            auto part = output.narrow(0, begin, end - begin);
            at::mm_out(part, flat.narrow(0, begin, end - begin), turned);
            if (add)
                for (int64_t row = begin; row < end; ++row)
                    for (int64_t j = 0; j < outputs; ++j) out[row * outputs + j] += add[j];
        });
        ctx->save_for_backward({x, weight});
        ctx->saved_data["x"] = x.requires_grad();
        ctx->saved_data["weight"] = weight.requires_grad();
        ctx->saved_data["bias"] = bias.requires_grad();
        return output.view(shape);
    }

    static variable_list backward(AutogradContext* ctx, variable_list gradients) {
        auto saved = ctx->get_saved_variables();
        const auto &x = saved[0], &weight = saved[1];
        int64_t inputs = weight.size(1), outputs = weight.size(0), rows = x.numel() / inputs;
        bool for_x = ctx->saved_data["x"].toBool(), for_weight = ctx->saved_data["weight"].toBool(), for_bias = ctx->saved_data["bias"].toBool();
        if (c10::GradMode::is_enabled()) {
            auto up = gradients[0].reshape({rows, outputs});
            return {for_x ? at::matmul(gradients[0], weight) : at::Tensor(), for_weight ? up.t().mm(x.reshape({rows, inputs})) : at::Tensor(),
                    for_bias ? up.sum(0) : at::Tensor()};
        }
        auto up = gradients[0].contiguous().view({rows, outputs});
        at::Tensor x_gradient, weight_gradient, bias_gradient;
        if (for_x) {
            x_gradient = at::empty({rows, inputs}, x.options());
            each_piece(rows, [&](int64_t begin, int64_t end) {
                auto part = x_gradient.narrow(0, begin, end - begin);
                at::mm_out(part, up.narrow(0, begin, end - begin), weight);
            });
            x_gradient = x_gradient.view(x.sizes());
        }
        if (for_weight) weight_gradient = at::empty({outputs, inputs}, x.options());
        if (for_bias) bias_gradient = at::empty({outputs}, x.options());
        if (for_weight || for_bias) {
            auto flat = x.contiguous().view({rows, inputs});
            auto turned = up.t();
            const float* g = up.data_ptr<float>();
            float* sums = for_bias ? bias_gradient.data_ptr<float>() : nullptr;
            each_piece(outputs, [&](int64_t begin, int64_t end) {
                if (for_weight) {
                    auto part = weight_gradient.narrow(0, begin, end - begin);
                    at::mm_out(part, turned.narrow(0, begin, end - begin), flat);
                }
                if (sums) sum_rows(g, rows, outputs, begin, end, sums);
            });
        }
        return {x_gradient, weight_gradient, bias_gradient};
    }
};

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const c10::optional<at::Tensor>& optional_bias) {
    at::Tensor bias = optional_bias.has_value() ? *optional_bias : at::empty({0}, x.options());
    TORCH_CHECK(weight.dim() == 2 && weight.size(1) > 0, "weight must be [outputs, inputs], got ", weight.sizes());
    TORCH_CHECK(x.dim() >= 2 && x.size(-1) == weight.size(1), "x must be [..., ", weight.size(1), "], got ", x.sizes());
    for (const auto& tensor : {x, weight, bias})
        TORCH_CHECK(tensor.is_cpu() && tensor.scalar_type() == at::kFloat, "x, weight and bias must be float32 on the CPU");
    TORCH_CHECK(!optional_bias.has_value() || (bias.dim() == 1 && bias.size(0) == weight.size(0)), "bias must be [", weight.size(0), "], got ", bias.sizes());
    return Linear::apply(x, weight, bias);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(visalign, library) {
    library.def("linear(Tensor x, Tensor weight, Tensor? bias) -> Tensor", &linear);
}
