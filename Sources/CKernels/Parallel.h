// Work shared among libtorch's own threads.
#pragma once

#include <c10/util/FunctionRef.h>

#include <algorithm>
#include <cstdint>

namespace kernels {

// Calls `body` with 0, 1, ... count - 1, in any order, on as many threads as libtorch uses. What it
// throws is thrown here.
void each(int64_t count, c10::function_ref<void(int64_t)> body);

// Calls body(first row, rows) until all are done, so many at a time that a few tens of kilobytes go
// through each call.
template <class Body>
void each_rows(int64_t rows, int64_t width, Body body) {
    const int64_t step = std::max<int64_t>(1, 32768 / width);
    each((rows + step - 1) / step,
         [&](int64_t i) { body(i * step, std::min(step, rows - i * step)); });
}

}  // namespace kernels
