// The few hot loops that libtorch runs poorly at toy sizes. Each has a portable form in C# that the tests hold it to.
#include "bridge.h"
#include "kernel.h"

#include <ATen/ops/empty.h>
#include <torch/library.h>

#include <cmath>
#include <cstring>
#include <vector>

namespace {

// ---- small matrices ------------------------------------------------------------------------------------------------
// Row-major, rows padded to a multiple of 16 floats so that no loop has a tail. The order of additions depends on the
// sizes alone, never on threads or batch.

using namespace visalign;

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

// ---- attention -----------------------------------------------------------------------------------------------------
// Queries, keys and values [B, T, H, D] where the projections left them, packed in one tensor or not; no permuted copies in
// either direction. Head widths that are no multiple of a vector are copied into padded rows first.

struct Sizes {
    int64_t batch, heads, queries, keys, width;
};

// Floats from one sample to the next and from one token to the next; a head's numbers lie side by side.
template <class Float>
struct View {
    Float* data;
    int64_t sample, row;

    Float* of(const Sizes& sizes, int64_t item) const { return data + item / sizes.heads * sample + item % sizes.heads * sizes.width; }
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

    Rows(int64_t count, int64_t width, const float* from, int64_t step, float* room) : data(from), stride(step) {
        if (width % lanes == 0) return;
        copy_rows(count, width, from, step, room, padded(width));
        data = room;
        stride = padded(width);
    }
};

// C[m, D] = A[m, k] · B[k, D], written where it belongs.
void multiply_rows(int64_t m, int64_t k, int64_t width, const float* a, int64_t row_step, int64_t column_step, const Rows& b, float* to, int64_t step, float* room) {
    bool direct = width % lanes == 0;
    multiply(m, padded(width), k, a, row_step, column_step, b.data, b.stride, direct ? to : room, direct ? step : padded(width));
    if (!direct) copy_rows(m, width, room, padded(width), to, step);
}

// A causal token sees those up to itself; the weights of the others are zero, and so are their gradients.
void attention_forward(const Sizes& s, View<const float> query, View<const float> key, View<const float> value, View<float> output, float* probabilities, bool causal) {
    int64_t t = s.queries, n = s.keys, d = s.width, np = padded(n), dp = padded(d);
    float scale = 1.0f / std::sqrt(static_cast<float>(d));
    at::parallel_for(0, s.batch * s.heads, 4, [&](int64_t begin, int64_t end) {
        Scratch scratch(d * np + (t + n) * dp);
        float *keys = scratch.take(d, np), *values = scratch.take(n, dp), *room = scratch.take(t, dp);
        for (int64_t item = begin; item < end; ++item) {
            float* kept = probabilities + item * t * np;
            transpose(n, d, key.of(s, item), key.row, keys, np);
            multiply(t, np, d, query.of(s, item), query.row, 1, keys, np, kept, np);
            for (int64_t i = 0; i < t; ++i) softmax_row(kept + i * np, causal ? i + 1 : n, np, scale);
            Rows v(n, d, value.of(s, item), value.row, values);
            multiply_rows(t, n, d, kept, np, 1, v, output.of(s, item), output.row, room);
        }
    });
}

void attention_backward(const Sizes& s, View<const float> query, View<const float> key, View<const float> value, const float* probabilities, View<const float> incoming,
                        View<float> to_query, View<float> to_key, View<float> to_value) {
    int64_t t = s.queries, n = s.keys, d = s.width, np = padded(n), dp = padded(d), longest = std::max(t, n);
    float scale = 1.0f / std::sqrt(static_cast<float>(d));
    at::parallel_for(0, s.batch * s.heads, 4, [&](int64_t begin, int64_t end) {
        Scratch scratch(d * np + t * np + (2 * t + n + longest) * dp);
        float *values = scratch.take(d, np), *scores = scratch.take(t, np);
        float *ups = scratch.take(t, dp), *queries = scratch.take(t, dp), *keys = scratch.take(n, dp), *room = scratch.take(longest, dp);
        for (int64_t item = begin; item < end; ++item) {
            const float* kept = probabilities + item * t * np;
            Rows up(t, d, incoming.of(s, item), incoming.row, ups), q(t, d, query.of(s, item), query.row, queries), k(n, d, key.of(s, item), key.row, keys);
            // dV = Pᵀ dO
            multiply_rows(n, t, d, kept, 1, np, up, to_value.of(s, item), to_value.row, room);
            // dS = scale P (dP - rowsum(dP P)), dP = dO Vᵀ
            transpose(n, d, value.of(s, item), value.row, values, np);
            multiply(t, np, d, up.data, up.stride, 1, values, np, scores, np);
            for (int64_t i = 0; i < t; ++i) {
                float* row = scores + i * np;
                const float* weight = kept + i * np;
                vector16 sums{};
                for (int64_t j = 0; j < np; j += lanes) sums += load(row + j) * load(weight + j);
                float sum = total(sums);
                for (int64_t j = 0; j < np; j += lanes) store(row + j, scale * load(weight + j) * (load(row + j) - sum));
            }
            // dQ = dS K, dK = dSᵀ Q
            multiply_rows(t, n, d, scores, np, 1, k, to_query.of(s, item), to_query.row, room);
            multiply_rows(n, t, d, scores, 1, np, q, to_key.of(s, item), to_key.row, room);
        }
    });
}

// A contiguous [B, T, W] from a column on.
View<float> view_of(const at::Tensor& tensor, int64_t column = 0) { return {tensor.data_ptr<float>() + column, tensor.size(1) * tensor.size(2), tensor.size(2)}; }
View<const float> read(View<float> view) { return {view.data, view.sample, view.row}; }

struct SelfAttention final : Function<SelfAttention> {
    static at::Tensor forward(AutogradContext* ctx, const at::Tensor& qkv, int64_t heads, bool causal) {
        auto packed = qkv.contiguous();
        int64_t batch = packed.size(0), tokens = packed.size(1), width = packed.size(2) / 3;
        auto output = at::empty({batch, tokens, width}, packed.options());
        auto weights = at::empty({batch, heads, tokens, padded(tokens)}, packed.options());
        attention_forward({batch, heads, tokens, tokens, width / heads}, read(view_of(packed)), read(view_of(packed, width)), read(view_of(packed, 2 * width)), view_of(output),
                          weights.data_ptr<float>(), causal);
        ctx->saved_data["heads"] = heads;
        ctx->save_for_backward({packed, weights});
        return output;
    }

    static variable_list backward(AutogradContext* ctx, variable_list gradients) {
        visalign::refuse_second_derivative("self_attention");
        auto saved = ctx->get_saved_variables();
        const auto& qkv = saved[0];
        int64_t heads = ctx->saved_data["heads"].toInt(), tokens = qkv.size(1), width = qkv.size(2) / 3;
        auto gradient = at::empty(qkv.sizes(), qkv.options()), incoming = gradients[0].contiguous();
        attention_backward({qkv.size(0), heads, tokens, tokens, width / heads}, read(view_of(qkv)), read(view_of(qkv, width)), read(view_of(qkv, 2 * width)),
                           saved[1].data_ptr<float>(), read(view_of(incoming)), view_of(gradient), view_of(gradient, width), view_of(gradient, 2 * width));
        return {gradient, at::Tensor(), at::Tensor()};
    }
};

at::Tensor self_attention(const at::Tensor& qkv, int64_t heads, bool causal) {
    TORCH_CHECK(qkv.dim() == 3 && heads > 0 && qkv.size(2) > 0 && qkv.size(2) % (3 * heads) == 0,
                "qkv must be [B, T, 3·heads·D], got ", qkv.sizes(), " for ", heads, " heads");
    require_float(qkv, "qkv");
    return SelfAttention::apply(qkv, heads, causal);
}

struct Attention final : Function<Attention> {
    static at::Tensor forward(AutogradContext* ctx, const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, int64_t heads) {
        auto q = query.contiguous(), k = key.contiguous(), v = value.contiguous();
        Sizes sizes{q.size(0), heads, q.size(1), k.size(1), q.size(2) / heads};
        auto output = at::empty(q.sizes(), q.options());
        auto weights = at::empty({sizes.batch, heads, sizes.queries, padded(sizes.keys)}, q.options());
        attention_forward(sizes, read(view_of(q)), read(view_of(k)), read(view_of(v)), view_of(output), weights.data_ptr<float>(), false);
        ctx->saved_data["heads"] = heads;
        ctx->save_for_backward({q, k, v, weights});
        return output;
    }

    static variable_list backward(AutogradContext* ctx, variable_list gradients) {
        visalign::refuse_second_derivative("attention");
        auto saved = ctx->get_saved_variables();
        const auto &q = saved[0], &k = saved[1], &v = saved[2];
        int64_t heads = ctx->saved_data["heads"].toInt();
        auto to_query = at::empty(q.sizes(), q.options()), to_key = at::empty(k.sizes(), k.options()), to_value = at::empty(v.sizes(), v.options());
        auto incoming = gradients[0].contiguous();
        attention_backward({q.size(0), heads, q.size(1), k.size(1), q.size(2) / heads}, read(view_of(q)), read(view_of(k)), read(view_of(v)), saved[3].data_ptr<float>(),
                           read(view_of(incoming)), view_of(to_query), view_of(to_key), view_of(to_value));
        return {to_query, to_key, to_value, at::Tensor()};
    }
};

at::Tensor attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, int64_t heads) {
    TORCH_CHECK(query.dim() == 3 && heads > 0 && query.size(1) > 0 && query.size(2) > 0 && query.size(2) % heads == 0, "query must be [B, T, heads·D], got ", query.sizes(), " for ", heads,
                " heads");
    TORCH_CHECK(key.dim() == 3 && key.size(0) == query.size(0) && key.size(1) > 0 && key.size(2) == query.size(2), "key must be [", query.size(0), ", S, ", query.size(2), "], got ", key.sizes());
    TORCH_CHECK(value.sizes().equals(key.sizes()), "value must be ", key.sizes(), ", got ", value.sizes());
    require_float(query, "query");
    require_float(key, "key");
    require_float(value, "value");
    return Attention::apply(query, key, value, heads);
}

// ---- reductions ----------------------------------------------------------------------------------------------------

constexpr int64_t chunk = 8192;  // fixed, so that the sum does not depend on the number of threads

// ---- AdamW ---------------------------------------------------------------------------------------------------------

struct Update {
    float gradient_scale, kept, step, root, beta1, beta2, epsilon, average_decay;
};

// The vectors do not overlap; told so, the compiler works on whole registers of them.
template <bool averaged>
void update_range(const Update u, int64_t begin, int64_t end, float* __restrict parameters, const float* __restrict gradients, float* __restrict first, float* __restrict second,
                  float* __restrict average) {
    for (int64_t i = begin; i < end; ++i) {
        float g = gradients[i] * u.gradient_scale;
        float m = first[i] + (1 - u.beta1) * (g - first[i]);
        float v = u.beta2 * second[i] + (1 - u.beta2) * g * g;
        float p = parameters[i] * u.kept - u.step * m / (std::sqrt(v) * u.root + u.epsilon);
        first[i] = m;
        second[i] = v;
        parameters[i] = p;
        if (averaged) average[i] += (1 - u.average_decay) * (p - average[i]);
    }
}

}  // namespace

TORCH_LIBRARY(visalign, library) {
    library.def("attention(Tensor query, Tensor key, Tensor value, int heads) -> Tensor", &attention);
    library.def("self_attention(Tensor qkv, int heads, bool causal) -> Tensor", &self_attention);
}

extern "C" {

VaError* va_adamw(float* parameters, const float* gradients, float* first, float* second, float* average,
                  int64_t count, float gradient_scale, float learning_rate, float beta1, float beta2, float epsilon,
                  float weight_decay, float correction1, float correction2, float average_decay) {
    return visalign::guarded([&] {
        Update update{gradient_scale, 1 - learning_rate * weight_decay, learning_rate / correction1, 1 / std::sqrt(correction2), beta1, beta2, epsilon, average_decay};
        at::parallel_for(0, count, chunk, [&](int64_t begin, int64_t end) {
            average ? update_range<true>(update, begin, end, parameters, gradients, first, second, average)
                    : update_range<false>(update, begin, end, parameters, gradients, first, second, average);
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
