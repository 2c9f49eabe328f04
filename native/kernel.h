// What every kernel stands on: the vector, autograd's nodes, and how work is shared out.
#pragma once
#include "guard.h"
#include "vector.h"

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/custom_function.h>

namespace visalign {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

constexpr int64_t grain = 4096;  // floats a thread should have at least

inline void require_float(const at::Tensor& tensor, const char* name) {
    TORCH_CHECK(tensor.is_cpu() && tensor.scalar_type() == at::kFloat, name, " must be float32 on the CPU");
}

}  // namespace visalign
