// The elementwise parts of a transformer block, each in one pass where libtorch makes several over memory. Rows are
// shared out by sample, so sums do not depend on the number of threads. Each has a portable form in C#.
#include "kernel.h"
#include "linear.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/gelu_backward.h>
#include <torch/library.h>

namespace {

using namespace visalign;

// ---- GELU by tanh --------------------------------------------------------------------------------------------------
// ½ (1 + tanh u) = sigmoid(2u), u = √(2/π) (x + 0.044715 x³).

constexpr float slope = 1.5957691216f, cubic = 0.044715f;  // 2 √(2/π)

inline float gate_of(float x) { return 1 / (1 + exponential(-slope * (x + cubic * x * x * x))); }

at::Tensor gelu_values(const at::Tensor& x) {
    auto values = at::empty(x.sizes(), x.options());
    const float* in = x.data_ptr<float>();
    float* out = values.data_ptr<float>();
    at::parallel_for(0, x.numel(), grain, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) out[i] = in[i] * gate_of(in[i]);
    });
    return values;
}

struct Gelu final : Function<Gelu> {
    static at::Tensor forward(AutogradContext* ctx, const at::Tensor& input) {
        auto x = input.contiguous();
        ctx->save_for_backward({x});
        return gelu_values(x);
    }

    static variable_list backward(AutogradContext* ctx, variable_list gradients) {
        auto x = ctx->get_saved_variables()[0];
        if (c10::GradMode::is_enabled()) return {at::gelu_backward(gradients[0], x, "tanh")};
        auto incoming = gradients[0].contiguous();
        auto gradient = at::empty(x.sizes(), x.options());
        const float *in = x.data_ptr<float>(), *up = incoming.data_ptr<float>();
        float* out = gradient.data_ptr<float>();
        at::parallel_for(0, x.numel(), grain, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) {
                float value = in[i], gate = gate_of(value);
                out[i] = up[i] * (gate + value * gate * (1 - gate) * slope * (1 + 3 * cubic * value * value));
            }
        });
        return {gradient};
    }
};

at::Tensor gelu_tanh(const at::Tensor& x) {
    require_float(x, "x");
    return Gelu::apply(x);
}

// A linear layer of GELU's values, which are made again for the backward pass instead of being kept.
struct GeluLinear final : Function<GeluLinear> {
    static at::Tensor forward(AutogradContext* ctx, const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias) {
        auto x = input.contiguous();
        ctx->save_for_backward({x, weight, bias});
        ctx->saved_data["weight"] = weight.requires_grad();
        ctx->saved_data["bias"] = bias.requires_grad();
        auto shape = x.sizes().vec();
        shape.back() = weight.size(0);
        return linear_forward(gelu_values(x).view({-1, x.size(-1)}), weight, bias).view(shape);
    }

    static variable_list backward(AutogradContext* ctx, variable_list gradients) {
        refuse_second_derivative("gelu_linear");
        auto saved = ctx->get_saved_variables();
        const auto &x = saved[0], &weight = saved[1];
        auto up = gradients[0].contiguous().view({-1, weight.size(0)});
        auto between = at::empty(x.sizes(), x.options()), gradient = linear_input_gradient(up, weight);
        const float* in = x.data_ptr<float>();
        float *out = between.data_ptr<float>(), *down = gradient.data_ptr<float>();
        at::parallel_for(0, x.numel(), grain, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) {
                float value = in[i], gate = gate_of(value), whole = value * gate;
                out[i] = whole;
                down[i] *= gate + whole * (1 - gate) * slope * (1 + 3 * cubic * value * value);
            }
        });
        auto made = linear_weight_gradients(up, between.view({-1, x.size(-1)}), weight, saved[2], ctx->saved_data["weight"].toBool(), ctx->saved_data["bias"].toBool());
        return {gradient.view(x.sizes()), made.weight, made.bias};
    }
};

at::Tensor gelu_linear(const at::Tensor& x, const at::Tensor& weight, const c10::optional<at::Tensor>& bias) {
    return GeluLinear::apply(x, weight, require_linear(x, weight, bias));
}

// ---- rows with a vector per sample ---------------------------------------------------------------------------------
// x [B, T, D] beside shift, scale or gate [B, 1, D], which are usually parts of one wider matrix.

struct PerSample {
    at::Tensor tensor;
    const float* data;
    int64_t stride;

    explicit PerSample(const at::Tensor& given) : tensor(given.stride(2) == 1 ? given : given.contiguous()) {
        data = tensor.data_ptr<float>();
        stride = tensor.stride(0);
    }
    const float* of(int64_t sample) const { return data + sample * stride; }
};

void require_rows(const at::Tensor& x, const at::Tensor& vector, const char* name) {
    require_float(x, "x");
    require_float(vector, name);
    TORCH_CHECK(x.dim() == 3 && x.size(2) % lanes == 0, "x must be [B, T, D] with D a multiple of ", lanes, ", got ", x.sizes());
    TORCH_CHECK(vector.dim() == 3 && vector.size(0) == x.size(0) && vector.size(1) == 1 && vector.size(2) == x.size(2), name,
                " must be [", x.size(0), ", 1, ", x.size(2), "], got ", vector.sizes());
}

template <class Body>
void each_sample(const at::Tensor& x, Body body) {
    int64_t length = std::max<int64_t>(1, x.size(1) * x.size(2));
    at::parallel_for(0, x.size(0), std::max<int64_t>(1, grain / length), [&](int64_t begin, int64_t end) {
        for (int64_t sample = begin; sample < end; ++sample) body(sample);
    });
}

inline void modulate_row(const float* from, const float* add, const float* factor, float mean, float inverse, int64_t width, float* to) {
    for (int64_t j = 0; j < width; j += lanes) store(to + j, load(add + j) + (load(from + j) - mean) * inverse * (1 + load(factor + j)));
}

// shift + (1 + scale) · (x - mean) / deviation over the last dimension, and mean and 1 / deviation of each row.
void modulate(const at::Tensor& x, const at::Tensor& shift, const at::Tensor& scale, float epsilon, const at::Tensor& output, const at::Tensor& moments) {
    int64_t tokens = x.size(1), width = x.size(2);
    PerSample shifts(shift), scales(scale);
    const float* in = x.data_ptr<float>();
    float *out = output.data_ptr<float>(), *kept = moments.data_ptr<float>();
    each_sample(x, [&](int64_t sample) {
        const float *add = shifts.of(sample), *factor = scales.of(sample);
        for (int64_t row = sample * tokens; row < (sample + 1) * tokens; ++row) {
            const float* from = in + row * width;
            vector16 sum{}, square{};
            for (int64_t j = 0; j < width; j += lanes) sum += load(from + j);
            float mean = total(sum) / static_cast<float>(width);
            for (int64_t j = 0; j < width; j += lanes) {
                vector16 centered = load(from + j) - mean;
                square += centered * centered;
            }
            float inverse = 1 / std::sqrt(total(square) / static_cast<float>(width) + epsilon);
            modulate_row(from, add, factor, mean, inverse, width, out + row * width);
            kept[2 * row] = mean;
            kept[2 * row + 1] = inverse;
        }
    });
}

// The same from moments that are known: what a backward pass needs once more instead of having kept it.
void modulate_again(const at::Tensor& x, const at::Tensor& shift, const at::Tensor& scale, const at::Tensor& moments, const at::Tensor& output) {
    int64_t tokens = x.size(1), width = x.size(2);
    PerSample shifts(shift), scales(scale);
    const float *in = x.data_ptr<float>(), *kept = moments.data_ptr<float>();
    float* out = output.data_ptr<float>();
    each_sample(x, [&](int64_t sample) {
        const float *add = shifts.of(sample), *factor = scales.of(sample);
        for (int64_t row = sample * tokens; row < (sample + 1) * tokens; ++row)
            modulate_row(in + row * width, add, factor, kept[2 * row], kept[2 * row + 1], width, out + row * width);
    });
}

// Gradients of x, shift and scale; that of x may be written over the incoming one.
variable_list modulate_backward(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& moments, const at::Tensor& incoming, const at::Tensor& gradient) {
    int64_t tokens = x.size(1), width = x.size(2);
    auto shift_gradient = at::empty({x.size(0), 1, width}, x.options());
    auto scale_gradient = at::empty({x.size(0), 1, width}, x.options());
    PerSample scales(scale);
    const float *in = x.data_ptr<float>(), *kept = moments.data_ptr<float>(), *up = incoming.data_ptr<float>();
    float *out = gradient.data_ptr<float>(), *to_shift = shift_gradient.data_ptr<float>(), *to_scale = scale_gradient.data_ptr<float>();
    each_sample(x, [&](int64_t sample) {
        const float* factor = scales.of(sample);
        float *shifted = to_shift + sample * width, *scaled = to_scale + sample * width;
        std::memset(shifted, 0, width * sizeof(float));
        std::memset(scaled, 0, width * sizeof(float));
        for (int64_t row = sample * tokens; row < (sample + 1) * tokens; ++row) {
            const float *from = in + row * width, *g = up + row * width;
            float mean = kept[2 * row], inverse = kept[2 * row + 1];
            vector16 sum{}, product{};
            for (int64_t j = 0; j < width; j += lanes) {
                vector16 normal = (load(from + j) - mean) * inverse, down = load(g + j), inner = down * (1 + load(factor + j));
                store(shifted + j, load(shifted + j) + down);
                store(scaled + j, load(scaled + j) + down * normal);
                sum += inner;
                product += inner * normal;
            }
            float average = total(sum) / static_cast<float>(width), along = total(product) / static_cast<float>(width);
            for (int64_t j = 0; j < width; j += lanes) {
                vector16 normal = (load(from + j) - mean) * inverse;
                store(out + row * width + j, inverse * (load(g + j) * (1 + load(factor + j)) - average - normal * along));
            }
        }
    });
    return {gradient, shift_gradient, scale_gradient};
}

struct ModulatedNorm final : Function<ModulatedNorm> {
    static at::Tensor forward(AutogradContext* ctx, const at::Tensor& input, const at::Tensor& shift, const at::Tensor& scale, double epsilon) {
        auto x = input.contiguous();
        auto output = at::empty(x.sizes(), x.options()), moments = at::empty({x.size(0), x.size(1), 2}, x.options());
        modulate(x, shift, scale, static_cast<float>(epsilon), output, moments);
        ctx->save_for_backward({x, scale, moments});
        return output;
    }

    static variable_list backward(AutogradContext* ctx, variable_list gradients) {
        refuse_second_derivative("modulated_norm");
        auto saved = ctx->get_saved_variables();
        auto made = modulate_backward(saved[0], saved[1], saved[2], gradients[0].contiguous(), at::empty(saved[0].sizes(), saved[0].options()));
        made.emplace_back();
        return made;
    }
};

at::Tensor modulated_norm(const at::Tensor& x, const at::Tensor& shift, const at::Tensor& scale, double epsilon) {
    require_rows(x, shift, "shift");
    require_rows(x, scale, "scale");
    return ModulatedNorm::apply(x, shift, scale, epsilon);
}

// A linear layer of the modulated norm. What lies between is made again for the backward pass instead of being kept.
struct ModulatedLinear final : Function<ModulatedLinear> {
    static at::Tensor forward(AutogradContext* ctx, const at::Tensor& input, const at::Tensor& shift, const at::Tensor& scale, const at::Tensor& weight, const at::Tensor& bias,
                              double epsilon) {
        auto x = input.contiguous();
        auto between = at::empty(x.sizes(), x.options()), moments = at::empty({x.size(0), x.size(1), 2}, x.options());
        modulate(x, shift, scale, static_cast<float>(epsilon), between, moments);
        ctx->save_for_backward({x, shift, scale, moments, weight, bias});
        ctx->saved_data["weight"] = weight.requires_grad();
        ctx->saved_data["bias"] = bias.requires_grad();
        return linear_forward(between.view({-1, x.size(2)}), weight, bias).view({x.size(0), x.size(1), weight.size(0)});
    }

    static variable_list backward(AutogradContext* ctx, variable_list gradients) {
        refuse_second_derivative("modulated_linear");
        auto saved = ctx->get_saved_variables();
        const auto &x = saved[0], &weight = saved[4];
        auto up = gradients[0].contiguous().view({-1, weight.size(0)});
        auto between = at::empty(x.sizes(), x.options());
        modulate_again(x, saved[1], saved[2], saved[3], between);
        auto made = linear_weight_gradients(up, between.view({-1, x.size(2)}), weight, saved[5], ctx->saved_data["weight"].toBool(), ctx->saved_data["bias"].toBool());
        between = linear_input_gradient(up, weight).view(x.sizes());
        auto result = modulate_backward(x, saved[2], saved[3], between, between);
        result.insert(result.end(), {made.weight, made.bias, at::Tensor()});
        return result;
    }
};

at::Tensor modulated_linear(const at::Tensor& x, const at::Tensor& shift, const at::Tensor& scale, const at::Tensor& weight, const c10::optional<at::Tensor>& bias,
                            double epsilon) {
    require_rows(x, shift, "shift");
    require_rows(x, scale, "scale");
    return ModulatedLinear::apply(x, shift, scale, weight, require_linear(x, weight, bias), epsilon);
}

// x + gate · y.
struct GatedSum final : Function<GatedSum> {
    static at::Tensor forward(AutogradContext* ctx, const at::Tensor& input, const at::Tensor& gate, const at::Tensor& branch) {
        auto x = input.contiguous(), y = branch.contiguous();
        int64_t tokens = x.size(1), width = x.size(2);
        auto output = at::empty(x.sizes(), x.options());
        PerSample gates(gate);
        const float *in = x.data_ptr<float>(), *other = y.data_ptr<float>();
        float* out = output.data_ptr<float>();
        each_sample(x, [&](int64_t sample) {
            const float* factor = gates.of(sample);
            for (int64_t row = sample * tokens * width; row < (sample + 1) * tokens * width; row += width)
                for (int64_t j = 0; j < width; j += lanes) store(out + row + j, load(in + row + j) + load(factor + j) * load(other + row + j));
        });
        ctx->save_for_backward({gate, y});
        return output;
    }

    static variable_list backward(AutogradContext* ctx, variable_list gradients) {
        refuse_second_derivative("gated_sum");
        auto saved = ctx->get_saved_variables();
        const auto& y = saved[1];
        int64_t tokens = y.size(1), width = y.size(2);
        auto incoming = gradients[0].contiguous();
        auto gate_gradient = at::empty({y.size(0), 1, width}, y.options());
        auto gradient = at::empty(y.sizes(), y.options());
        PerSample gates(saved[0]);
        const float *in = y.data_ptr<float>(), *up = incoming.data_ptr<float>();
        float *out = gradient.data_ptr<float>(), *to_gate = gate_gradient.data_ptr<float>();
        each_sample(y, [&](int64_t sample) {
            const float* factor = gates.of(sample);
            float* gated = to_gate + sample * width;
            std::memset(gated, 0, width * sizeof(float));
            for (int64_t row = sample * tokens * width; row < (sample + 1) * tokens * width; row += width)
                for (int64_t j = 0; j < width; j += lanes) {
                    vector16 down = load(up + row + j);
                    store(gated + j, load(gated + j) + down * load(in + row + j));
                    store(out + row + j, down * load(factor + j));
                }
        });
        return {gradients[0], gate_gradient, gradient};
    }
};

at::Tensor gated_sum(const at::Tensor& x, const at::Tensor& gate, const at::Tensor& y) {
    require_rows(x, gate, "gate");
    require_float(y, "y");
    TORCH_CHECK(y.sizes().equals(x.sizes()), "y must be ", x.sizes(), ", got ", y.sizes());
    return GatedSum::apply(x, gate, y);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(visalign, library) {
    library.def("gelu_tanh(Tensor x) -> Tensor", &gelu_tanh);
    library.def("modulated_norm(Tensor x, Tensor shift, Tensor scale, float epsilon) -> Tensor", &modulated_norm);
    library.def("modulated_linear(Tensor x, Tensor shift, Tensor scale, Tensor weight, Tensor? bias, float epsilon) -> Tensor", &modulated_linear);
    library.def("gelu_linear(Tensor x, Tensor weight, Tensor? bias) -> Tensor", &gelu_linear);
    library.def("gated_sum(Tensor x, Tensor gate, Tensor y) -> Tensor", &gated_sum);
}
