// Work shared among libtorch's own threads.
#pragma once

#include <c10/util/FunctionRef.h>

#include <cstdint>

namespace kernels {

// Calls `body` with 0, 1, ... count - 1, in any order, on as many threads as libtorch uses. What it
// throws is thrown here.
void each(int64_t count, c10::function_ref<void(int64_t)> body);

}  // namespace kernels
