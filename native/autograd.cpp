// Gradients: recording, backward, and gradients of chosen inputs.
// Compiles unchanged against libtorch 1.13 and 2.x.
#include "bridge.h"
#include "guard.h"
#include "handles.h"
#include "linear.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>

using namespace visalign;

extern "C" {

int32_t va_grad_mode(int32_t set) {
    bool was = c10::GradMode::is_enabled();
    if (set >= 0) c10::GradMode::set_enabled(set != 0);
    return was;
}

VaError* va_require_grad(VaTensor tensor, int32_t required) {
    return guarded([&] { borrow(tensor).set_requires_grad(required != 0); });
}

VaError* va_gradient(VaTensor tensor, VaTensor* result) {
    return guarded([&] { *result = give(borrow(tensor).grad()); });
}

VaError* va_set_gradient(VaTensor tensor, VaTensor gradient) {
    return guarded([&] {
        auto leaf = borrow(tensor);
        auto value = borrow_or_undefined(gradient);
        if (value.defined() && !value.sizes().equals(leaf.sizes()))
            throw usage_error("a gradient of shape " + describe(value) + " does not fit a tensor of shape " + describe(leaf));
        leaf.mutable_grad() = value;
    });
}

VaError* va_backward(const VaTensor* outputs, const VaTensor* output_gradients, int32_t output_count,
                     int32_t retain_graph, int32_t create_graph) {
    return guarded([&] {
        Accumulating now(true);
        torch::autograd::backward(borrow_all(outputs, output_count), borrow_all(output_gradients, output_count), retain_graph != 0, create_graph != 0);
    });
}

VaError* va_grad(const VaTensor* outputs, const VaTensor* output_gradients, int32_t output_count,
                 const VaTensor* inputs, int32_t input_count, int32_t retain_graph, int32_t create_graph,
                 int32_t allow_unused, VaTensor* results) {
    return guarded([&] {
        Accumulating no(false);
        auto gradients = torch::autograd::grad(borrow_all(outputs, output_count), borrow_all(inputs, input_count),
                                               borrow_all(output_gradients, output_count), retain_graph != 0, create_graph != 0, allow_unused != 0);
        for (int32_t i = 0; i < input_count; ++i) results[i] = give(std::move(gradients[i]));
    });
}

}  // extern "C"
