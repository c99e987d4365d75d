// Work shared among libtorch's own threads.
//
// at::parallel_for is a template over OpenMP's pragmas, which our compiler is not asked to read; but
// for_each of its iterators is compiled within libtorch, and calls back on its threads.
#include "Parallel.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/TensorIterator.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>

namespace kernels {

void each(int64_t count, c10::function_ref<void(int64_t)> body) {
    const int64_t threads = std::min<int64_t>(at::get_num_threads(), count);
    if (threads <= 1 || at::in_parallel_region()) {
        for (int64_t i = 0; i < count; ++i) body(i);
        return;
    }
    std::atomic<int64_t> next{0};
    std::exception_ptr failure;
    std::mutex lock;
    // Whoever is free takes the next one.
    const auto work = [&](char **, const int64_t *, int64_t, int64_t) {
        try {
            for (int64_t i = next++; i < count; i = next++) body(i);
        } catch (...) {
            const std::lock_guard<std::mutex> guard(lock);
            failure = std::current_exception();
        }
    };
    // One element a thread.
    const at::Tensor slots = at::empty({threads}, at::kByte);
    auto iterator = at::TensorIteratorConfig()
                        .add_output(slots)
                        .resize_outputs(false)
                        .check_all_same_dtype(false)
                        .build();
    iterator.for_each(work, 1);
    if (failure) std::rethrow_exception(failure);
}

}  // namespace kernels
