// The few hot loops that libtorch runs poorly at toy sizes. Each has a portable form in C# that the tests hold it to.
#include "bridge.h"
#include "guard.h"
#include "vector.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <cmath>
#include <cstring>
#include <vector>

namespace {

// ---- small matrices ------------------------------------------------------------------------------------------------
// Row-major, rows padded to a multiple of 16 floats so that no loop has a tail. The order of additions depends on the
// sizes alone, never on threads or batch.

using visalign::exponential;
using visalign::lanes;
using visalign::load;
using visalign::store;
using visalign::total;
using visalign::vector16;

int64_t padded(int64_t count) { return (count + lanes - 1) / lanes * lanes; }

template <int rows, int vectors>
void multiply_block(int64_t depth, const float* a, int64_t row_step, int64_t column_step, const float* b, int64_t ldb, float* c, int64_t ldc) {
    vector16 sum[rows][vectors] = {};
    for (int64_t k = 0; k < depth; ++k) {
        vector16 right[vectors];
        for (int v = 0; v < vectors; ++v) right[v] = load(b + k * ldb + v * lanes);
        for (int r = 0; r < rows; ++r) {
            float left = a[r * row_step + k * column_step];
            for (int v = 0; v < vectors; ++v) sum[r][v] += left * right[v];
        }
    }
    for (int r = 0; r < rows; ++r)
        for (int v = 0; v < vectors; ++v) store(c + r * ldc + v * lanes, sum[r][v]);
}

// C[m, n] = A[m, k] · B[k, n]; n is padded. A may be read transposed: row_step and column_step are its strides.
void multiply(int64_t m, int64_t n, int64_t k, const float* a, int64_t row_step, int64_t column_step, const float* b, int64_t ldb, float* c, int64_t ldc) {
    for (int64_t j = 0; j < n;) {
        bool wide = n - j >= 2 * lanes;
        int64_t i = 0;
        for (; i + 4 <= m; i += 4)
            wide ? multiply_block<4, 2>(k, a + i * row_step, row_step, column_step, b + j, ldb, c + i * ldc + j, ldc)
                 : multiply_block<4, 1>(k, a + i * row_step, row_step, column_step, b + j, ldb, c + i * ldc + j, ldc);
        for (; i < m; ++i)
            wide ? multiply_block<1, 2>(k, a + i * row_step, row_step, column_step, b + j, ldb, c + i * ldc + j, ldc)
                 : multiply_block<1, 1>(k, a + i * row_step, row_step, column_step, b + j, ldb, c + i * ldc + j, ldc);
        j += wide ? 2 * lanes : lanes;
    }
}

// Left to the vectorizer this becomes scatters, which are slower than single moves.
__attribute__((optimize("no-tree-vectorize"))) void transpose(int64_t rows, int64_t columns, const float* from, int64_t ld_from, float* to, int64_t ld_to) {
    for (int64_t j = 0; j < columns; ++j)
        for (int64_t i = 0; i < rows; ++i) to[j * ld_to + i] = from[i * ld_from + j];
}

void copy_rows(int64_t rows, int64_t columns, const float* from, int64_t ld_from, float* to, int64_t ld_to) {
    for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < columns; ++j) to[i * ld_to + j] = from[i * ld_from + j];
}

// softmax(scale · row) over the first `count` of `width` numbers; the others become zero.
void softmax_row(float* row, int64_t count, int64_t width, float scale) {
    for (int64_t j = count; j < width; ++j) row[j] = row[0];
    vector16 tops = load(row) * scale;
    for (int64_t j = 0; j < width; j += lanes) {
        vector16 scaled = load(row + j) * scale;
        store(row + j, scaled);
        tops = scaled > tops ? scaled : tops;
    }
    float top = tops[0];
    for (int64_t k = 1; k < lanes; ++k) top = tops[k] > top ? tops[k] : top;
    for (int64_t j = 0; j < width; ++j) row[j] = exponential(row[j] - top);
    for (int64_t j = count; j < width; ++j) row[j] = 0;
    vector16 sums{};
    for (int64_t j = 0; j < width; j += lanes) sums += load(row + j);
    float inverse = 1 / total(sums);
    for (int64_t j = 0; j < width; j += lanes) store(row + j, load(row + j) * inverse);
}

// ---- self-attention ------------------------------------------------------------------------------------------------
// qkv [B, T, 3, H, D] packed as the projection leaves it; no permuted copies in either direction. Head widths that are
// no multiple of a vector are copied into padded rows first.

struct Packed {
    int64_t batch, tokens, heads, width, stride;  // stride: floats from one token to the next

    Packed(const at::Tensor& qkv, int64_t heads) : batch(qkv.size(0)), tokens(qkv.size(1)), heads(heads) {
        width = qkv.size(2) / (3 * heads);
        stride = qkv.size(2);
    }
    int64_t offset(int64_t b, int64_t part, int64_t h) const { return b * tokens * stride + (part * heads + h) * width; }
};

struct Scratch {
    std::vector<float> memory;
    size_t used = 0;
    explicit Scratch(size_t count) : memory(count) {}
    float* take(int64_t rows, int64_t columns) {
        float* start = memory.data() + used;
        used += rows * columns;
        return start;
    }
};

// The head's rows where they are, or a padded copy of them.
struct Rows {
    const float* data;
    int64_t stride;

    Rows(const Packed& p, const float* from, int64_t step, float* room) : data(from), stride(step) {
        if (p.width % lanes == 0) return;
        copy_rows(p.tokens, p.width, from, step, room, padded(p.width));
        data = room;
        stride = padded(p.width);
    }
};

// C[T, D] = A[T, T] · B[T, D], written where it belongs.
void multiply_rows(const Packed& p, const float* a, int64_t row_step, int64_t column_step, const Rows& b, float* to, int64_t step, float* room) {
    int64_t width = padded(p.width);
    bool direct = width == p.width;
    multiply(p.tokens, width, p.tokens, a, row_step, column_step, b.data, b.stride, direct ? to : room, direct ? step : width);
    if (!direct) copy_rows(p.tokens, p.width, room, width, to, step);
}

// A causal token sees those up to itself; the weights of the others are zero, and so are their gradients.
void attention_forward(const at::Tensor& qkv, int64_t heads, float scale, bool causal, at::Tensor& output, at::Tensor& weights) {
    Packed p(qkv, heads);
    int64_t t = p.tokens, d = p.width, tp = padded(t), dp = padded(d), step = p.heads * d;
    const float* in = qkv.data_ptr<float>();
    float* out = output.data_ptr<float>();
    float* probabilities = weights.data_ptr<float>();
    at::parallel_for(0, p.batch * p.heads, 4, [&](int64_t begin, int64_t end) {
        Scratch scratch(d * tp + 2 * t * dp);
        float *keys = scratch.take(d, tp), *values = scratch.take(t, dp), *room = scratch.take(t, dp);
        for (int64_t item = begin; item < end; ++item) {
            int64_t b = item / p.heads, h = item % p.heads;
            float* kept = probabilities + item * t * tp;
            transpose(t, d, in + p.offset(b, 1, h), p.stride, keys, tp);
            multiply(t, tp, d, in + p.offset(b, 0, h), p.stride, 1, keys, tp, kept, tp);
            for (int64_t i = 0; i < t; ++i) softmax_row(kept + i * tp, causal ? i + 1 : t, tp, scale);
            Rows v(p, in + p.offset(b, 2, h), p.stride, values);
            multiply_rows(p, kept, tp, 1, v, out + b * t * step + h * d, step, room);
        }
    });
}

void attention_backward(const at::Tensor& qkv, int64_t heads, float scale, const at::Tensor& weights,
                        const at::Tensor& output_gradient, at::Tensor& gradient) {
    Packed p(qkv, heads);
    int64_t t = p.tokens, d = p.width, tp = padded(t), dp = padded(d), step = p.heads * d;
    const float* in = qkv.data_ptr<float>();
    const float* probabilities = weights.data_ptr<float>();
    const float* incoming = output_gradient.data_ptr<float>();
    float* out = gradient.data_ptr<float>();
    at::parallel_for(0, p.batch * p.heads, 4, [&](int64_t begin, int64_t end) {
        Scratch scratch(d * tp + t * tp + 4 * t * dp);
        float *values = scratch.take(d, tp), *scores = scratch.take(t, tp);
        float *ups = scratch.take(t, dp), *queries = scratch.take(t, dp), *keys = scratch.take(t, dp), *room = scratch.take(t, dp);
        for (int64_t item = begin; item < end; ++item) {
            int64_t b = item / p.heads, h = item % p.heads;
            const float* kept = probabilities + item * t * tp;
            Rows up(p, incoming + b * t * step + h * d, step, ups), q(p, in + p.offset(b, 0, h), p.stride, queries), k(p, in + p.offset(b, 1, h), p.stride, keys);
            // dV = Pᵀ dO
            multiply_rows(p, kept, 1, tp, up, out + p.offset(b, 2, h), p.stride, room);
            // dS = scale P (dP - rowsum(dP P)), dP = dO Vᵀ
            transpose(t, d, in + p.offset(b, 2, h), p.stride, values, tp);
            multiply(t, tp, d, up.data, up.stride, 1, values, tp, scores, tp);
            for (int64_t i = 0; i < t; ++i) {
                float* row = scores + i * tp;
                const float* weight = kept + i * tp;
                vector16 sums{};
                for (int64_t j = 0; j < tp; j += lanes) sums += load(row + j) * load(weight + j);
                float sum = total(sums);
                for (int64_t j = 0; j < tp; j += lanes) store(row + j, scale * load(weight + j) * (load(row + j) - sum));
            }
            // dQ = dS K, dK = dSᵀ Q
            multiply_rows(p, scores, tp, 1, k, out + p.offset(b, 0, h), p.stride, room);
            multiply_rows(p, scores, 1, tp, q, out + p.offset(b, 1, h), p.stride, room);
        }
    });
}

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct SelfAttention final : torch::autograd::Function<SelfAttention> {
    static at::Tensor forward(AutogradContext* ctx, const at::Tensor& qkv, int64_t heads, bool causal) {
        auto packed = qkv.contiguous();
        int64_t width = packed.size(2) / (3 * heads);
        auto output = at::empty({packed.size(0), packed.size(1), heads * width}, packed.options());
        auto weights = at::empty({packed.size(0), heads, packed.size(1), padded(packed.size(1))}, packed.options());
        attention_forward(packed, heads, 1.0f / std::sqrt(static_cast<float>(width)), causal, output, weights);
        ctx->saved_data["heads"] = heads;
        ctx->save_for_backward({packed, weights});
        return output;
    }

    static variable_list backward(AutogradContext* ctx, variable_list gradients) {
        visalign::refuse_second_derivative("self_attention");
        auto saved = ctx->get_saved_variables();
        const auto& qkv = saved[0];
        int64_t heads = ctx->saved_data["heads"].toInt();
        auto gradient = at::empty(qkv.sizes(), qkv.options());
        attention_backward(qkv, heads, 1.0f / std::sqrt(static_cast<float>(qkv.size(2) / (3 * heads))), saved[1],
                           gradients[0].contiguous(), gradient);
        return {gradient, at::Tensor(), at::Tensor()};
    }
};

at::Tensor self_attention(const at::Tensor& qkv, int64_t heads, bool causal) {
    TORCH_CHECK(qkv.dim() == 3 && heads > 0 && qkv.size(2) > 0 && qkv.size(2) % (3 * heads) == 0,
                "qkv must be [B, T, 3·heads·D], got ", qkv.sizes(), " for ", heads, " heads");
    TORCH_CHECK(qkv.is_cpu() && qkv.scalar_type() == at::kFloat, "qkv must be float32 on the CPU");
    return SelfAttention::apply(qkv, heads, causal);
}

// ---- reductions ----------------------------------------------------------------------------------------------------

constexpr int64_t chunk = 8192;  // fixed, so that the sum does not depend on the number of threads

}  // namespace

TORCH_LIBRARY(visalign, library) {
    library.def("self_attention(Tensor qkv, int heads, bool causal) -> Tensor", &self_attention);
}

extern "C" {

VaError* va_adamw(float* parameters, const float* gradients, float* first, float* second, float* average,
                  int64_t count, float gradient_scale, float learning_rate, float beta1, float beta2, float epsilon,
                  float weight_decay, float correction1, float correction2, float average_decay) {
    return visalign::guarded([&] {
        float kept = 1 - learning_rate * weight_decay;
        float step = learning_rate / correction1;
        float root = 1 / std::sqrt(correction2);
        at::parallel_for(0, count, chunk, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) {
                float g = gradients[i] * gradient_scale;
                float m = first[i] + (1 - beta1) * (g - first[i]);
                float v = beta2 * second[i] + (1 - beta2) * g * g;
                first[i] = m;
                second[i] = v;
                parameters[i] = parameters[i] * kept - step * m / (std::sqrt(v) * root + epsilon);
            }
            if (average)
                for (int64_t i = begin; i < end; ++i) average[i] += (1 - average_decay) * (parameters[i] - average[i]);
        });
    });
}

VaError* va_squared_norm(const float* values, int64_t count, double* result) {
    return visalign::guarded([&] {
        int64_t chunks = (count + chunk - 1) / chunk;
        std::vector<double> sums(chunks);
        at::parallel_for(0, chunks, 1, [&](int64_t begin, int64_t end) {
            for (int64_t c = begin; c < end; ++c) {
                double lane[8] = {};
                int64_t i = c * chunk, stop = std::min(count, i + chunk);
                for (; i + 8 <= stop; i += 8)
                    for (int k = 0; k < 8; ++k) lane[k] += static_cast<double>(values[i + k]) * values[i + k];
                for (; i < stop; ++i) lane[0] += static_cast<double>(values[i]) * values[i];
                for (double part : lane) sums[c] += part;
            }
        });
        *result = 0;
        for (double sum : sums) *result += sum;
    });
}

}  // extern "C"
