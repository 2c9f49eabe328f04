// Normalization over groups of channels, with SiLU behind it where wanted, in one pass over memory each way. A group of a
// sample is one run of numbers and is done by one thread, so sums do not depend on how many there are.
#include "kernel.h"

#include <ATen/ops/empty.h>
#include <torch/library.h>

namespace {

using namespace visalign;

// [B, C, ...] as B·groups runs of `channels` rows of `places` numbers.
struct Groups {
    int64_t batch, groups, channels, places, length;

    Groups(const at::Tensor& x, int64_t groups) : batch(x.size(0)), groups(groups), channels(x.size(1) / groups), places(x.numel() / std::max<int64_t>(1, batch * x.size(1))) {
        length = channels * places;
    }

    template <class Body>
    void each(Body body) const {
        at::parallel_for(0, batch * groups, std::max<int64_t>(1, grain / std::max<int64_t>(1, length)), [&](int64_t begin, int64_t end) {
            for (int64_t run = begin; run < end; ++run) body(run);
        });
    }
};

inline vector16 sigmoid(vector16 x) {
    vector16 result;
    for (int64_t k = 0; k < lanes; ++k) result[k] = 1 / (1 + exponential(-x[k]));
    return result;
}

template <bool silu>
void normalize(const Groups& g, const float* in, const float* scale, const float* shift, float epsilon, float* out, float* moments) {
    g.each([&](int64_t run) {
        const float* from = in + run * g.length;
        vector16 sum{}, square{};
        for (int64_t i = 0; i < g.length; i += lanes) sum += load(from + i);
        float mean = total(sum) / static_cast<float>(g.length);
        for (int64_t i = 0; i < g.length; i += lanes) {
            vector16 centered = load(from + i) - mean;
            square += centered * centered;
        }
        float inverse = 1 / std::sqrt(total(square) / static_cast<float>(g.length) + epsilon);
        moments[2 * run] = mean;
        moments[2 * run + 1] = inverse;
        for (int64_t c = 0; c < g.channels; ++c) {
            int64_t channel = run % g.groups * g.channels + c;
            float factor = inverse * scale[channel], add = shift[channel] - mean * factor;
            for (int64_t i = run * g.length + c * g.places; i < run * g.length + (c + 1) * g.places; i += lanes) {
                vector16 value = load(in + i) * factor + add;
                store(out + i, silu ? value * sigmoid(value) : value);
            }
        }
    });
}

// Gradients of x, and of scale and shift by sample: [B, C] each.
template <bool silu>
void normalize_backward(const Groups& g, const float* in, const float* scale, const float* shift, const float* moments, const float* up, float* out, float* to_scale, float* to_shift) {
    g.each([&](int64_t run) {
        float mean = moments[2 * run], inverse = moments[2 * run + 1], whole = 0, along = 0;
        for (int64_t c = 0; c < g.channels; ++c) {
            int64_t channel = run % g.groups * g.channels + c;
            vector16 sum{}, product{};
            for (int64_t i = run * g.length + c * g.places; i < run * g.length + (c + 1) * g.places; i += lanes) {
                vector16 normal = (load(in + i) - mean) * inverse, down = load(up + i);
                if (silu) {
                    vector16 value = normal * scale[channel] + shift[channel], gate = sigmoid(value);
                    down *= gate * (1 + value * (1 - gate));
                }
                store(out + i, down);
                sum += down;
                product += down * normal;
            }
            float shifted = total(sum), scaled = total(product);
            to_shift[run * g.channels + c] = shifted;
            to_scale[run * g.channels + c] = scaled;
            whole += shifted * scale[channel];
            along += scaled * scale[channel];
        }
        whole /= static_cast<float>(g.length);
        along /= static_cast<float>(g.length);
        for (int64_t c = 0; c < g.channels; ++c) {
            float factor = scale[run % g.groups * g.channels + c];
            for (int64_t i = run * g.length + c * g.places; i < run * g.length + (c + 1) * g.places; i += lanes) {
                vector16 normal = (load(in + i) - mean) * inverse;
                store(out + i, inverse * (load(out + i) * factor - whole - normal * along));
            }
        }
    });
}

struct GroupNorm final : Function<GroupNorm> {
    static at::Tensor forward(AutogradContext* ctx, const at::Tensor& input, int64_t groups, const at::Tensor& weight, const at::Tensor& bias, double epsilon, bool silu) {
        auto x = input.contiguous(), scale = weight.contiguous(), shift = bias.contiguous();
        Groups g(x, groups);
        auto output = at::empty(x.sizes(), x.options()), moments = at::empty({g.batch, groups, 2}, x.options());
        (silu ? normalize<true> : normalize<false>)(g, x.data_ptr<float>(), scale.data_ptr<float>(), shift.data_ptr<float>(), static_cast<float>(epsilon), output.data_ptr<float>(),
                                                    moments.data_ptr<float>());
        ctx->save_for_backward({x, scale, shift, moments});
        ctx->saved_data["groups"] = groups;
        ctx->saved_data["silu"] = silu;
        return output;
    }

    static variable_list backward(AutogradContext* ctx, variable_list gradients) {
        visalign::refuse_second_derivative("group_norm");
        auto saved = ctx->get_saved_variables();
        const auto& x = saved[0];
        Groups g(x, ctx->saved_data["groups"].toInt());
        auto incoming = gradients[0].contiguous();
        auto gradient = at::empty(x.sizes(), x.options()), to_scale = at::empty({g.batch, x.size(1)}, x.options()), to_shift = at::empty({g.batch, x.size(1)}, x.options());
        (ctx->saved_data["silu"].toBool() ? normalize_backward<true> : normalize_backward<false>)(
            g, x.data_ptr<float>(), saved[1].data_ptr<float>(), saved[2].data_ptr<float>(), saved[3].data_ptr<float>(), incoming.data_ptr<float>(), gradient.data_ptr<float>(),
            to_scale.data_ptr<float>(), to_shift.data_ptr<float>());
        return {gradient, at::Tensor(), over_samples(to_scale), over_samples(to_shift), at::Tensor(), at::Tensor()};
    }

    // In the order of the samples.
    static at::Tensor over_samples(const at::Tensor& parts) {
        int64_t channels = parts.size(1);
        auto sum = at::empty({channels}, parts.options());
        const float* from = parts.data_ptr<float>();
        float* to = sum.data_ptr<float>();
        std::memset(to, 0, channels * sizeof(float));
        for (int64_t b = 0; b < parts.size(0); ++b)
            for (int64_t c = 0; c < channels; ++c) to[c] += from[b * channels + c];
        return sum;
    }
};

at::Tensor group_norm(const at::Tensor& x, int64_t groups, const at::Tensor& weight, const at::Tensor& bias, double epsilon, bool silu) {
    for (const auto& tensor : {x, weight, bias}) TORCH_CHECK(tensor.is_cpu() && tensor.scalar_type() == at::kFloat, "x, weight and bias must be float32 on the CPU");
    TORCH_CHECK(x.dim() > 2 && groups > 0 && x.size(1) > 0 && x.size(1) % groups == 0, "x must be [B, C, ...] with C a multiple of ", groups, " groups, got ", x.sizes());
    TORCH_CHECK(x.numel() > 0 && x.numel() / (x.size(0) * x.size(1)) % lanes == 0, "a channel must have a multiple of ", lanes, " places, got ", x.sizes());
    for (const auto& tensor : {weight, bias}) TORCH_CHECK(tensor.dim() == 1 && tensor.size(0) == x.size(1), "weight and bias must be [", x.size(1), "], got ", tensor.sizes());
    return GroupNorm::apply(x, groups, weight, bias, epsilon, silu);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(visalign, library) {
    library.def("group_norm(Tensor x, int groups, Tensor weight, Tensor bias, float epsilon, bool silu) -> Tensor", &group_norm);
}
