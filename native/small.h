// Arithmetic of small tensors without libtorch's machinery: sums, differences, products and quotients, the same bits for a
// third of the time. What it does not take goes the usual way.
#pragma once
#include "bridge.h"

#include <string>

namespace visalign {

struct Arithmetic {
    enum Kind : uint8_t { none, add, subtract, multiply, divide } kind = none;
    bool with_number = false;  // the second operand is one
};

// What an operator of libtorch is, if it is one of these.
Arithmetic arithmetic_of(const std::string& name, const std::string& overload);

// Does it, if both operands are float32 on the CPU, of one shape without gaps, and nothing is recorded.
bool small_arithmetic(Arithmetic arithmetic, const VaValue* arguments, int32_t count, VaValue* result);

}  // namespace visalign
