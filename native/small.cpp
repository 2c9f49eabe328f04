#include "small.h"
#include "handles.h"

#include <ATen/EmptyTensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

namespace visalign {
namespace {

constexpr int64_t largest = 1024;  // elements; beyond, libtorch's overhead no longer counts

c10::TensorImpl* impl_of(const VaValue& value) { return static_cast<c10::TensorImpl*>(const_cast<void*>(value.pointer)); }

bool is_plain(const c10::TensorImpl& tensor) {
    static const c10::DispatchKeySet usual = at::empty({1}).key_set();  // no gradient mode, subclass or lazy conjugate among its keys
    return tensor.key_set() == usual && tensor.dtype() == caffe2::TypeMeta::Make<float>() && tensor.numel() <= largest && tensor.is_contiguous() &&
           !(c10::GradMode::is_enabled() && tensor.requires_grad());
}

template <class Second>
void compute(Arithmetic::Kind kind, int64_t count, const float* __restrict a, Second b, float* __restrict to) {
    switch (kind) {
        case Arithmetic::add:
            for (int64_t i = 0; i < count; ++i) to[i] = a[i] + b(i);
            break;
        case Arithmetic::subtract:
            for (int64_t i = 0; i < count; ++i) to[i] = a[i] - b(i);
            break;
        case Arithmetic::multiply:
            for (int64_t i = 0; i < count; ++i) to[i] = a[i] * b(i);
            break;
        default:
            for (int64_t i = 0; i < count; ++i) to[i] = a[i] / b(i);
    }
}

}  // namespace

Arithmetic arithmetic_of(const std::string& name, const std::string& overload) {
    if (overload != "Tensor" && overload != "Scalar") return {};
    auto kind = name == "aten::add" ? Arithmetic::add : name == "aten::sub" ? Arithmetic::subtract : name == "aten::mul" ? Arithmetic::multiply : name == "aten::div" ? Arithmetic::divide : Arithmetic::none;
    return {kind, overload == "Scalar"};
}

bool small_arithmetic(Arithmetic arithmetic, const VaValue* arguments, int32_t count, VaValue* result) {
    if (arithmetic.kind == Arithmetic::none || count != 2 || arguments[0].tag != VA_TENSOR || !arguments[0].pointer) return false;
    const auto& a = *impl_of(arguments[0]);
    if (!is_plain(a)) return false;
    const float* other = nullptr;
    float number = 0;
    if (!arithmetic.with_number && arguments[1].tag == VA_TENSOR && arguments[1].pointer) {
        const auto& b = *impl_of(arguments[1]);
        if (!is_plain(b) || !a.sizes().equals(b.sizes())) return false;
        other = static_cast<const float*>(b.data());
    } else if (arithmetic.with_number && arguments[1].tag == VA_DOUBLE) {
        number = static_cast<float>(arguments[1].real);
    } else {
        return false;
    }
    at::Tensor made(at::detail::empty_cpu(a.sizes(), at::kFloat));
    const float* from = static_cast<const float*>(a.data());
    float* to = made.data_ptr<float>();
    other ? compute(arithmetic.kind, a.numel(), from, [other](int64_t i) { return other[i]; }, to) : compute(arithmetic.kind, a.numel(), from, [number](int64_t) { return number; }, to);
    result->tag = VA_TENSOR;
    result->pointer = give(std::move(made));
    return true;
}

}  // namespace visalign
