// Boxed calls through libtorch's dispatcher, and tensors, behind a C boundary.
// Compiles unchanged against libtorch 1.13 and 2.x.
#include "bridge.h"
#include "guard.h"
#include "handles.h"
#include "small.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/from_blob.h>
#include <torch/version.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif
#include <sstream>
#include <vector>

using namespace visalign;

namespace {

// ---- boxed calls ---------------------------------------------------------------------------------------------------

// c10::optional or std::optional, whichever this libtorch uses.
template <class T>
struct rebind;
template <template <class...> class Optional, class T, class... Rest>
struct rebind<Optional<T, Rest...>> {
    template <class U>
    using to = Optional<U>;
};
using OptionalTensor = rebind<std::decay_t<decltype(std::declval<const c10::Argument&>().default_value())>>::to<at::Tensor>;

enum class Kind { tensor, integer, real, boolean, scalar, string, device, integers, reals, booleans, tensors, optional_tensors, scalars, other };

struct Parameter {
    Kind kind;
    bool optional;
};

Kind kind_of(const c10::Type& type) {
    switch (type.kind()) {
        case c10::TypeKind::TensorType: return Kind::tensor;
        case c10::TypeKind::IntType: return Kind::integer;
        case c10::TypeKind::FloatType: return Kind::real;
        case c10::TypeKind::BoolType: return Kind::boolean;
        case c10::TypeKind::NumberType: return Kind::scalar;
        case c10::TypeKind::StringType: return Kind::string;
        case c10::TypeKind::DeviceObjType: return Kind::device;
        case c10::TypeKind::ListType: {
            const auto& element = *type.castRaw<c10::ListType>()->getElementType();
            if (element.kind() == c10::TypeKind::OptionalType) return Kind::optional_tensors;
            switch (kind_of(element)) {
                case Kind::tensor: return Kind::tensors;
                case Kind::integer: return Kind::integers;
                case Kind::real: return Kind::reals;
                case Kind::boolean: return Kind::booleans;
                case Kind::scalar: return Kind::scalars;
                default: return Kind::other;
            }
        }
        default: return Kind::other;
    }
}

Parameter parameter_of(const c10::Argument& argument) {
    const auto& type = *argument.type();
    if (type.kind() == c10::TypeKind::OptionalType)
        return {kind_of(*type.castRaw<c10::OptionalType>()->getElementType()), true};
    return {kind_of(type), false};
}

const int64_t* integers_of(const VaValue& value) { return static_cast<const int64_t*>(value.pointer); }
const VaTensor* tensors_of(const VaValue& value) { return static_cast<const VaTensor*>(const_cast<void*>(value.pointer)); }

c10::Device device_of(int64_t packed) {
    int64_t type = packed >> 32, index = static_cast<int32_t>(packed);
    if (type < 0 || type >= static_cast<int64_t>(c10::DeviceType::COMPILE_TIME_MAX_DEVICE_TYPES) || index < -1 || index > INT8_MAX)
        throw usage_error("device " + std::to_string(type) + ":" + std::to_string(index) + " is no device");
    return c10::Device(static_cast<c10::DeviceType>(type), static_cast<c10::DeviceIndex>(index));
}

// Everything a kernel could not refuse without crashing the process is refused here.
c10::IValue convert(const VaValue& value, const Parameter& parameter, const c10::Argument& argument) {
    auto wrong = [&]() -> c10::IValue {
        static const char* names[] = {"default", "none", "tensor", "integer", "real", "boolean", "string", "device", "integers", "reals", "tensors"};
        throw usage_error("argument '" + argument.name() + "' expects " + argument.type()->str() + ", got " +
                          (value.tag >= 0 && value.tag <= VA_TENSORS ? names[value.tag] : "an unknown tag"));
    };
    if (value.tag == VA_DEFAULT) {
        if (!argument.default_value()) throw usage_error("argument '" + argument.name() + "' has no default and must be given");
        return *argument.default_value();
    }
    if (value.tag == VA_NONE) {
        if (!parameter.optional) return wrong();
        return c10::IValue();
    }
    switch (parameter.kind) {
        case Kind::tensor: return value.tag == VA_TENSOR ? c10::IValue(borrow(const_cast<void*>(value.pointer))) : wrong();
        case Kind::integer:
            if (value.tag != VA_INT) return wrong();
            if (argument.name() == "dtype" && (value.integer < 0 || value.integer >= static_cast<int64_t>(c10::ScalarType::NumOptions)))
                throw usage_error("argument 'dtype' is " + std::to_string(value.integer) + ", which is no dtype");
            return c10::IValue(value.integer);
        case Kind::real:
            if (value.tag == VA_INT) return c10::IValue(static_cast<double>(value.integer));
            return value.tag == VA_DOUBLE ? c10::IValue(value.real) : wrong();
        case Kind::boolean: return value.tag == VA_BOOL ? c10::IValue(value.integer != 0) : wrong();
        case Kind::scalar:
            if (value.tag == VA_INT) return c10::IValue(value.integer);
            if (value.tag == VA_BOOL) return c10::IValue(value.integer != 0);
            return value.tag == VA_DOUBLE ? c10::IValue(value.real) : wrong();
        case Kind::string:
            return value.tag == VA_STRING ? c10::IValue(std::string(static_cast<const char*>(value.pointer), value.length)) : wrong();
        case Kind::device: return value.tag == VA_DEVICE ? c10::IValue(device_of(value.integer)) : wrong();
        case Kind::integers: {
            c10::List<int64_t> list;
            if (value.tag == VA_INT) {
                list.push_back(value.integer);
            } else {
                if (value.tag != VA_INTS) return wrong();
                list.reserve(value.length);
                for (int64_t i = 0; i < value.length; ++i) list.push_back(integers_of(value)[i]);
            }
            return c10::IValue(std::move(list));
        }
        case Kind::booleans: {
            if (value.tag != VA_INTS) return wrong();
            c10::List<bool> list;
            for (int64_t i = 0; i < value.length; ++i) list.push_back(integers_of(value)[i] != 0);
            return c10::IValue(std::move(list));
        }
        case Kind::reals: {
            if (value.tag != VA_DOUBLES) return wrong();
            c10::List<double> list;
            for (int64_t i = 0; i < value.length; ++i) list.push_back(static_cast<const double*>(value.pointer)[i]);
            return c10::IValue(std::move(list));
        }
        case Kind::tensors: {
            if (value.tag != VA_TENSORS) return wrong();
            c10::List<at::Tensor> list;
            list.reserve(value.length);
            for (int64_t i = 0; i < value.length; ++i) list.push_back(borrow(tensors_of(value)[i]));
            return c10::IValue(std::move(list));
        }
        case Kind::optional_tensors: {
            if (value.tag != VA_TENSORS) return wrong();
            c10::List<OptionalTensor> list;
            for (int64_t i = 0; i < value.length; ++i) {
                auto handle = tensors_of(value)[i];
                list.push_back(handle ? OptionalTensor(borrow(handle)) : OptionalTensor());
            }
            return c10::IValue(std::move(list));
        }
        default: return wrong();
    }
}

struct Results {
    VaValue* values;
    int32_t capacity;
    int32_t count = 0;

    void add(VaTag tag, VaValue value) {
        if (count >= capacity) throw usage_error("more results than room for them (" + std::to_string(capacity) + ")");
        value.tag = tag;
        values[count++] = value;
    }

    void add(at::Tensor tensor) {
        if (count >= capacity) throw usage_error("more results than room for them (" + std::to_string(capacity) + ")");
        VaValue value{};
        value.tag = tensor.defined() ? VA_TENSOR : VA_NONE;
        value.pointer = give(std::move(tensor));
        values[count++] = value;
    }

    void add(c10::IValue value) {
        VaValue out{};
        if (value.isTensor()) {
            add(std::move(value).toTensor());
        } else if (value.isTensorList()) {
            for (const at::Tensor& tensor : value.toTensorVector()) add(tensor);
        } else if (value.isInt()) {
            out.integer = value.toInt();
            add(VA_INT, out);
        } else if (value.isDouble()) {
            out.real = value.toDouble();
            add(VA_DOUBLE, out);
        } else if (value.isBool()) {
            out.integer = value.toBool();
            add(VA_BOOL, out);
        } else if (value.isNone()) {
            add(VA_NONE, out);
        } else {
            throw usage_error("a result of type " + value.tagKind() + " cannot cross the bridge");
        }
    }

    void release() {
        for (int32_t i = 0; i < count; ++i)
            if (values[i].tag == VA_TENSOR) va_release(const_cast<void*>(values[i].pointer));
        count = 0;
    }
};

// What memory.cpp does for large tensors, for the scratch memory of libraries.
const bool memory_kept = [] {
#if defined(__GLIBC__)
    mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the largest glibc allows
    mallopt(M_TRIM_THRESHOLD, 512 << 20);
#endif
    return true;
}();

}  // namespace

struct VaOperator {
    c10::OperatorHandle handle;
    std::vector<Parameter> parameters;
    Arithmetic arithmetic;
};

extern "C" {

void va_error_free(VaError* error) {
    if (!error) return;
    free(const_cast<char*>(error->message));
    delete error;
}

// ---- engine --------------------------------------------------------------------------------------------------------

VaError* va_engine_text(VaText receive, void* context) {
    return guarded([&] {
        std::ostringstream version;
        version << TORCH_VERSION_MAJOR << '.' << TORCH_VERSION_MINOR << '.' << TORCH_VERSION_PATCH;
        receive(context, version.str().c_str());
        receive(context, at::show_config().c_str());
        receive(context, at::get_parallel_info().c_str());
    });
}

VaError* va_threads(int32_t set, int32_t* count) {
    return guarded([&] {
        if (set > 0) at::set_num_threads(set);
        *count = at::get_num_threads();
    });
}

VaError* va_has_device(int32_t device_type, int32_t* present) {
    return guarded([&] {
        auto type = static_cast<c10::DeviceType>(device_type);
        *present = type == c10::DeviceType::CPU || (type == c10::DeviceType::CUDA && at::hasCUDA());
    });
}

VaError* va_operator_schemas(VaText receive, void* context) {
    return guarded([&] {
        auto& dispatcher = c10::Dispatcher::singleton();
        for (const auto& name : dispatcher.getAllOpNames()) {
            auto handle = dispatcher.findSchema(name);
            if (!handle) continue;
            std::ostringstream text;
            text << handle->schema();
            receive(context, text.str().c_str());
        }
    });
}

VaError* va_operator(const char* name, const char* overload, VaOperator** result, VaText schema, void* context) {
    return guarded([&] {
        auto handle = c10::Dispatcher::singleton().findSchema({name, overload});
        if (!handle) {
            *result = nullptr;
            return;
        }
        auto op = std::make_unique<VaOperator>(VaOperator{*handle, {}, arithmetic_of(name, overload)});
        for (const auto& argument : handle->schema().arguments()) op->parameters.push_back(parameter_of(argument));
        std::ostringstream text;
        text << handle->schema();
        if (schema) schema(context, text.str().c_str());
        *result = op.release();
    });
}

VaError* va_call(const VaOperator* op, const VaValue* arguments, int32_t argument_count, VaValue* results,
                 int32_t capacity, int32_t* result_count) {
    Results out{results, capacity};
    *result_count = 0;
    VaError* error = guarded([&] {
        if (capacity > 0 && small_arithmetic(op->arithmetic, arguments, argument_count, results)) {
            *result_count = 1;
            return;
        }
        const auto& schema = op->handle.schema();
        const auto& declared = schema.arguments();
        if (argument_count < 0 || static_cast<size_t>(argument_count) > declared.size())
            throw usage_error("takes " + std::to_string(declared.size()) + " arguments, got " + std::to_string(argument_count));
        torch::jit::Stack stack;
        stack.reserve(declared.size());
        static const VaValue absent{};
        for (size_t i = 0; i < declared.size(); ++i)
            stack.push_back(convert(i < static_cast<size_t>(argument_count) ? arguments[i] : absent, op->parameters[i], declared[i]));
        op->handle.callBoxed(&stack);
        for (auto& value : stack) out.add(std::move(value));
        *result_count = out.count;
    });
    if (!error) return nullptr;
    out.release();
    std::string text = c10::toString(op->handle.operator_name());
    text += "(";
    for (int32_t i = 0; i < argument_count; ++i) {
        if (i) text += ", ";
        const auto& value = arguments[i];
        if (value.tag == VA_TENSOR && value.pointer) text += describe(borrow(const_cast<void*>(value.pointer)));
        else if (value.tag == VA_TENSORS)
            for (int64_t k = 0; k < value.length; ++k) text += (k ? " " : "") + describe(borrow_or_undefined(tensors_of(value)[k]));
        else if (value.tag == VA_INT) text += std::to_string(value.integer);
        else if (value.tag == VA_DOUBLE) text += std::to_string(value.real);
        else if (value.tag == VA_INTS)
            for (int64_t k = 0; k < value.length; ++k) text += (k ? "×" : "") + std::to_string(integers_of(value)[k]);
        else text += "·";
    }
    text += "): ";
    VaError* told = make_error(static_cast<VaErrorKind>(error->kind), text + error->message);
    va_error_free(error);
    return told;
}

// ---- tensors -------------------------------------------------------------------------------------------------------

void va_retain(VaTensor tensor) { c10::raw::intrusive_ptr::incref(static_cast<c10::TensorImpl*>(tensor)); }

void va_release(VaTensor tensor) { Pointer::reclaim(static_cast<c10::TensorImpl*>(tensor)); }

VaError* va_info(VaTensor handle, VaInfo* info) {
    return guarded([&] {
        auto tensor = borrow(handle);
        info->dtype = static_cast<int32_t>(tensor.scalar_type());
        info->device_type = static_cast<int32_t>(tensor.device().type());
        info->device_index = tensor.device().index();
        info->dimensions = static_cast<int32_t>(tensor.dim());
        info->requires_grad = tensor.requires_grad();
        info->is_leaf = tensor.is_leaf();
        info->has_storage = tensor.has_storage();
        info->is_contiguous = tensor.is_contiguous();
        info->element_count = tensor.numel();
        info->sizes = tensor.sizes().data();
        info->strides = tensor.strides().data();
        info->data = tensor.has_storage() ? tensor.data_ptr() : nullptr;
    });
}

VaError* va_from_memory(void* data, const int64_t* sizes, int32_t dimensions, int32_t dtype, VaRelease release,
                        void* context, VaTensor* result) {
    return guarded([&] {
        if (dtype < 0 || dtype >= static_cast<int32_t>(c10::ScalarType::NumOptions)) throw usage_error("dtype " + std::to_string(dtype) + " is no dtype");
        auto options = at::TensorOptions().dtype(static_cast<c10::ScalarType>(dtype));
        *result = give(at::from_blob(data, at::IntArrayRef(sizes, dimensions), [release, context](void*) { release(context); }, options));
    });
}

}  // extern "C"
