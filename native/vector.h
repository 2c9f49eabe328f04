// What the kernels share: a vector of 16 floats, exp, and reductions in an order that depends on sizes alone.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

namespace visalign {

constexpr int64_t lanes = 16;
typedef float vector16 __attribute__((vector_size(64), aligned(4)));

inline vector16 load(const float* from) { return *reinterpret_cast<const vector16*>(from); }
inline void store(float* to, vector16 value) { *reinterpret_cast<vector16*>(to) = value; }

inline float total(vector16 value) {
    float sum = 0;
    for (int64_t k = 0; k < lanes; ++k) sum += value[k];
    return sum;
}

// exp for |x| <= 87, clamped there, within 2 ulp: 2^n · p(r) with r = x - n ln 2 in [-ln2/2, ln2/2].
inline float exponential(float x) {
    x = x < -87.0f ? -87.0f : x > 87.0f ? 87.0f : x;
    float n = std::nearbyint(x * 1.44269504f);
    float r = x - n * 0.693359375f + n * 2.12194440e-4f;
    float p = 1.9875691e-4f;
    p = p * r + 1.3981999e-3f;
    p = p * r + 8.3334519e-3f;
    p = p * r + 4.1665796e-2f;
    p = p * r + 1.6666666e-1f;
    p = p * r + 5.0000001e-1f;
    p = p * r * r + r + 1.0f;
    int32_t bits = (static_cast<int32_t>(n) + 127) << 23;
    float power;
    std::memcpy(&power, &bits, sizeof power);
    return p * power;
}

}  // namespace visalign
