// Turns every C++ exception at the boundary into a VaError.
#pragma once
#include "bridge.h"

#include <c10/core/GradMode.h>
#include <c10/util/Exception.h>
#include <cstring>
#include <exception>
#include <new>
#include <string>

namespace visalign {

inline VaError* make_error(VaErrorKind kind, const std::string& message) {
    auto* error = new VaError{kind, strdup(message.c_str())};
    return error;
}

// A mistake of the caller found before libtorch is asked.
struct usage_error : std::exception {
    explicit usage_error(std::string text) : text(std::move(text)) {}
    const char* what() const noexcept override { return text.c_str(); }
    std::string text;
};

// Our kernels write their gradients straight into memory, so autograd cannot record them; better no second derivative
// than a wrong one.
inline void refuse_second_derivative(const char* kernel) {
    TORCH_CHECK(!c10::GradMode::is_enabled(), "visalign::", kernel, " has no second derivative; write it with libtorch's own operators to differentiate twice");
}

inline bool tells_of_memory(const std::string& text) {
    return text.find("not enough memory") != std::string::npos || text.find("out of memory") != std::string::npos ||
           text.find("can't allocate memory") != std::string::npos;
}

template <class Body>
VaError* guarded(Body body) noexcept {
    try {
        body();
        return nullptr;
    } catch (const usage_error& e) {
        return make_error(VA_USAGE, e.text);
    } catch (const c10::Error& e) {
        std::string text = e.what_without_backtrace();
        return make_error(tells_of_memory(text) ? VA_OUT_OF_MEMORY : VA_ERROR, text);
    } catch (const std::bad_alloc&) {
        return make_error(VA_OUT_OF_MEMORY, "out of memory");
    } catch (const std::exception& e) {
        std::string text = e.what();
        return make_error(tells_of_memory(text) ? VA_OUT_OF_MEMORY : VA_ERROR, text);
    } catch (...) {
        return make_error(VA_ERROR, "an exception of unknown type");
    }
}

}  // namespace visalign
