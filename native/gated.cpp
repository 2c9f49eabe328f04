// What language models' blocks have besides products: normalization by the root mean square and gated hidden layers, each in
// one pass. Each has a portable form in C#.
#include "kernel.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <torch/library.h>

namespace {

using namespace visalign;

constexpr int64_t block = 64;  // rows whose sums are added up apart, so that no sum depends on the number of threads

// scale · x / root mean square over the last dimension.
struct RmsNorm final : Function<RmsNorm> {
    static at::Tensor forward(AutogradContext* ctx, const at::Tensor& input, const at::Tensor& weight, double epsilon) {
        auto x = input.contiguous(), scale = weight.contiguous();
        int64_t width = x.size(-1), rows = x.numel() / width;
        auto output = at::empty(x.sizes(), x.options());
        auto inverses = at::empty({rows}, x.options());
        const float *in = x.data_ptr<float>(), *factor = scale.data_ptr<float>();
        float *out = output.data_ptr<float>(), *kept = inverses.data_ptr<float>();
        at::parallel_for(0, rows, std::max<int64_t>(1, grain / width), [&](int64_t begin, int64_t end) {
            for (int64_t row = begin; row < end; ++row) {
                const float* from = in + row * width;
                vector16 square{};
                for (int64_t j = 0; j < width; j += lanes) square += load(from + j) * load(from + j);
                float inverse = 1 / std::sqrt(total(square) / static_cast<float>(width) + static_cast<float>(epsilon));
                for (int64_t j = 0; j < width; j += lanes) store(out + row * width + j, load(from + j) * inverse * load(factor + j));
                kept[row] = inverse;
            }
        });
        ctx->save_for_backward({x, scale, inverses});
        return output;
    }

    static variable_list backward(AutogradContext* ctx, variable_list gradients) {
        visalign::refuse_second_derivative("rms_norm");
        auto saved = ctx->get_saved_variables();
        const auto& x = saved[0];
        int64_t width = x.size(-1), rows = x.numel() / width, blocks = (rows + block - 1) / block;
        auto incoming = gradients[0].contiguous();
        auto gradient = at::empty(x.sizes(), x.options());
        auto parts = at::zeros({blocks, width}, x.options());  // of the scale's gradient; added up in the order of the blocks
        const float *in = x.data_ptr<float>(), *factor = saved[1].data_ptr<float>(), *kept = saved[2].data_ptr<float>(), *up = incoming.data_ptr<float>();
        float *out = gradient.data_ptr<float>(), *sums = parts.data_ptr<float>();
        at::parallel_for(0, blocks, 1, [&](int64_t begin, int64_t end) {
            for (int64_t row = begin * block; row < std::min(rows, end * block); ++row) {
                const float *from = in + row * width, *g = up + row * width;
                float *scaled = sums + row / block * width, inverse = kept[row];
                vector16 product{};
                for (int64_t j = 0; j < width; j += lanes) {
                    vector16 normal = load(from + j) * inverse, down = load(g + j);
                    store(scaled + j, load(scaled + j) + down * normal);
                    product += down * load(factor + j) * normal;
                }
                float along = total(product) / static_cast<float>(width);
                for (int64_t j = 0; j < width; j += lanes)
                    store(out + row * width + j, inverse * (load(g + j) * load(factor + j) - load(from + j) * inverse * along));
            }
        });
        return {gradient, parts.sum(0), at::Tensor()};
    }
};

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
    require_float(x, "x");
    require_float(weight, "weight");
    TORCH_CHECK(x.dim() > 0 && x.size(-1) > 0 && x.size(-1) % lanes == 0, "x must be [..., D] with D a multiple of ", lanes, ", got ", x.sizes());
    TORCH_CHECK(weight.dim() == 1 && weight.size(0) == x.size(-1), "weight must be [", x.size(-1), "], got ", weight.sizes());
    return RmsNorm::apply(x, weight, epsilon);
}

// silu(x) · y.
struct SiluProduct final : Function<SiluProduct> {
    static at::Tensor forward(AutogradContext* ctx, const at::Tensor& gate, const at::Tensor& branch) {
        auto x = gate.contiguous(), y = branch.contiguous();
        auto output = at::empty(x.sizes(), x.options());
        const float *in = x.data_ptr<float>(), *other = y.data_ptr<float>();
        float* out = output.data_ptr<float>();
        at::parallel_for(0, x.numel(), grain, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) out[i] = in[i] / (1 + exponential(-in[i])) * other[i];
        });
        ctx->save_for_backward({x, y});
        return output;
    }

    static variable_list backward(AutogradContext* ctx, variable_list gradients) {
        visalign::refuse_second_derivative("silu_product");
        auto saved = ctx->get_saved_variables();
        const auto &x = saved[0], &y = saved[1];
        auto incoming = gradients[0].contiguous();
        auto gate_gradient = at::empty(x.sizes(), x.options()), gradient = at::empty(x.sizes(), x.options());
        const float *in = x.data_ptr<float>(), *other = y.data_ptr<float>(), *up = incoming.data_ptr<float>();
        float *to_gate = gate_gradient.data_ptr<float>(), *out = gradient.data_ptr<float>();
        at::parallel_for(0, x.numel(), grain, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) {
                float sigmoid = 1 / (1 + exponential(-in[i]));
                out[i] = up[i] * in[i] * sigmoid;
                to_gate[i] = up[i] * other[i] * sigmoid * (1 + in[i] * (1 - sigmoid));
            }
        });
        return {gate_gradient, gradient};
    }
};

at::Tensor silu_product(const at::Tensor& x, const at::Tensor& y) {
    require_float(x, "x");
    require_float(y, "y");
    TORCH_CHECK(y.sizes().equals(x.sizes()), "y must be ", x.sizes(), ", got ", y.sizes());
    return SiluProduct::apply(x, y);
}

// The normal distribution's integral up to x and its density there. Abramowitz and Stegun, formula 7.1.26: within 8e-8.
struct Normal {
    float below, density;

    explicit Normal(float x) {
        float away = x < 0 ? -x : x, t = 1 / (1 + 0.3275911f * 0.70710678f * away), fall = exponential(-0.5f * x * x);
        float beyond = 0.5f * fall * t * (0.254829592f + t * (-0.284496736f + t * (1.421413741f + t * (-1.453152027f + t * 1.061405429f))));
        below = x < 0 ? beyond : 1 - beyond;
        density = 0.39894228f * fall;
    }
};

// value · gelu(gate), exact, for rows that hold first the values and then the gates.
struct Geglu final : Function<Geglu> {
    static at::Tensor forward(AutogradContext* ctx, const at::Tensor& input) {
        auto x = input.contiguous();
        int64_t width = x.size(-1) / 2, rows = x.numel() / (2 * width);
        auto shape = x.sizes().vec();
        shape.back() = width;
        auto output = at::empty(shape, x.options());
        const float* in = x.data_ptr<float>();
        float* out = output.data_ptr<float>();
        at::parallel_for(0, rows, std::max<int64_t>(1, grain / width), [&](int64_t begin, int64_t end) {
            for (int64_t row = begin; row < end; ++row) {
                const float *value = in + 2 * row * width, *gate = value + width;
                float* to = out + row * width;
                for (int64_t j = 0; j < width; ++j) to[j] = value[j] * gate[j] * Normal(gate[j]).below;
            }
        });
        ctx->save_for_backward({x});
        return output;
    }

    static variable_list backward(AutogradContext* ctx, variable_list gradients) {
        visalign::refuse_second_derivative("geglu");
        auto x = ctx->get_saved_variables()[0];
        int64_t width = x.size(-1) / 2, rows = x.numel() / (2 * width);
        auto incoming = gradients[0].contiguous();
        auto gradient = at::empty(x.sizes(), x.options());
        const float *in = x.data_ptr<float>(), *up = incoming.data_ptr<float>();
        float* out = gradient.data_ptr<float>();
        at::parallel_for(0, rows, std::max<int64_t>(1, grain / width), [&](int64_t begin, int64_t end) {
            for (int64_t row = begin; row < end; ++row) {
                const float *value = in + 2 * row * width, *gate = value + width, *down = up + row * width;
                float *to_value = out + 2 * row * width, *to_gate = to_value + width;
                for (int64_t j = 0; j < width; ++j) {
                    Normal normal(gate[j]);
                    to_value[j] = down[j] * gate[j] * normal.below;
                    to_gate[j] = down[j] * value[j] * (normal.below + gate[j] * normal.density);
                }
            }
        });
        return {gradient};
    }
};

at::Tensor geglu(const at::Tensor& x) {
    require_float(x, "x");
    TORCH_CHECK(x.dim() > 0 && x.size(-1) > 0 && x.size(-1) % 2 == 0, "x must be [..., 2 D], got ", x.sizes());
    return Geglu::apply(x);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(visalign, library) {
    library.def("rms_norm(Tensor x, Tensor weight, float epsilon) -> Tensor", &rms_norm);
    library.def("geglu(Tensor x) -> Tensor", &geglu);
    library.def("silu_product(Tensor x, Tensor y) -> Tensor", &silu_product);
}
