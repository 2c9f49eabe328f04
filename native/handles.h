// Tensor handles of the C boundary: borrowed for the length of a call, or given away with their reference.
#pragma once
#include "bridge.h"
#include "guard.h"

#include <ATen/core/Tensor.h>
#include <sstream>
#include <string>
#include <vector>

namespace visalign {

using Pointer = c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>;

inline at::Tensor borrow(VaTensor handle) {
    if (!handle) throw usage_error("a tensor handle is null");
    return at::Tensor(Pointer::reclaim_copy(static_cast<c10::TensorImpl*>(handle)));
}

inline at::Tensor borrow_or_undefined(VaTensor handle) { return handle ? borrow(handle) : at::Tensor(); }

inline VaTensor give(at::Tensor tensor) { return tensor.defined() ? tensor.unsafeReleaseTensorImpl() : nullptr; }

inline std::vector<at::Tensor> borrow_all(const VaTensor* handles, int32_t count) {
    std::vector<at::Tensor> tensors;
    tensors.reserve(count);
    for (int32_t i = 0; i < count; ++i) tensors.push_back(borrow_or_undefined(handles ? handles[i] : nullptr));
    return tensors;
}

inline std::string describe(const at::Tensor& tensor) {
    if (!tensor.defined()) return "none";
    std::ostringstream text;
    text << c10::toString(tensor.scalar_type()) << '[';
    for (int64_t i = 0; i < tensor.dim(); ++i) text << (i ? ", " : "") << tensor.size(i);
    text << ']';
    if (!tensor.is_cpu()) text << " on " << tensor.device().str();
    return text.str();
}

}  // namespace visalign
