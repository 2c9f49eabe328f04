// The products of a linear layer and their gradients, for the nodes that end in one.
#pragma once
#include <ATen/core/Tensor.h>

namespace visalign {

// rows · weightᵀ + bias, for rows [N, inputs]; a bias of no elements is none. Contiguous.
at::Tensor linear_forward(const at::Tensor& rows, const at::Tensor& weight, const at::Tensor& bias);

// up · weight, for up [N, outputs].
at::Tensor linear_input_gradient(const at::Tensor& up, const at::Tensor& weight);

struct LinearGradients {
    at::Tensor weight, bias;  // undefined where not wanted, or where the leaf has it already
};

// upᵀ · rows, and the sum of up's rows. While gradients are being accumulated, those of leaves are added straight into what
// the leaves have; nothing is left for autograd to add then.
LinearGradients linear_weight_gradients(const at::Tensor& up, const at::Tensor& rows, const at::Tensor& weight, const at::Tensor& bias, bool for_weight, bool for_bias);

// Refuses what is no linear layer. Returns the bias, of no elements where there is none.
at::Tensor require_linear(const at::Tensor& x, const at::Tensor& weight, const c10::optional<at::Tensor>& bias);

// Set while a backward pass adds into the gradients of leaves; a pass that is to return gradients leaves it unset.
struct Accumulating {
    explicit Accumulating(bool now);
    ~Accumulating();

private:
    bool before;
};

}  // namespace visalign
