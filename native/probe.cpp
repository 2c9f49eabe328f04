// Measures one BLAS under one choice of kernels: loads it, times a product of the toy network's shape and a
// large one, prints "core GFLOP/s GFLOP/s". A process of its own, since a BLAS reads its settings once.
#include <dlfcn.h>

#include <chrono>
#include <cstdio>
#include <vector>

using Product = void (*)(const char*, const char*, const int*, const int*, const int*, const float*, const float*,
                         const int*, const float*, const int*, const float*, float*, const int*);

static double rate(Product product, int m, int n, int k, double seconds) {
    std::vector<float> a(m * k, 0.5f), b(k * n, 0.25f), c(m * n);
    const float one = 1, zero = 0;
    double best = 1e9, spent = 0;
    for (int repeat = 0; repeat < 3 || spent < seconds; ++repeat) {
        auto start = std::chrono::steady_clock::now();
        product("N", "N", &m, &n, &k, &one, a.data(), &m, b.data(), &k, &zero, c.data(), &m);
        double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        spent += took;
        if (took < best) best = took;
    }
    return 2.0 * m * n * k / best / 1e9;
}

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    void* library = dlopen(argv[1], RTLD_NOW);
    if (!library) return 3;
    auto product = reinterpret_cast<Product>(dlsym(library, "sgemm_"));
    if (!product) return 4;
    auto name = reinterpret_cast<const char* (*)()>(dlsym(library, "openblas_get_corename"));
    double toy = rate(product, 384, 1536, 128, 0.08), large = rate(product, 768, 768, 768, 0.08);
    std::printf("%s %.1f %.1f\n", name ? name() : "unnamed", toy, large);
}
