// What the kernels' files share: whether they run here, and scratch memory.
#pragma once

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <cstdint>
#include <cstdlib>
#include <memory>

#include "CKernels.h"

namespace kernels {

inline bool fits(const at::Tensor &x) {
    return x.is_cpu() && x.layout() == at::kStrided && x.scalar_type() == at::kBFloat16;
}

inline uint16_t *words(const at::Tensor &x) {
    return reinterpret_cast<uint16_t *>(x.data_ptr<at::BFloat16>());
}

// Parameters as the kernels read them, whatever type they are trained in.
inline at::Tensor floats(const at::Tensor &x) { return x.detach().to(at::kFloat).contiguous(); }

// Whether a gradient will be asked for.
inline bool learns(at::TensorList tensors) {
    if (!c10::GradMode::is_enabled()) return false;
    for (const auto &tensor : tensors)
        if (tensor.defined() && tensor.requires_grad()) return true;
    return false;
}

// Backward passes that no graph could be recorded of say so, rather than give a wrong derivative.
inline void differentiate_once() {
    TORCH_CHECK(!c10::GradMode::is_enabled(),
                "expected one derivative only, found a request for a second: our kernels have none; "
                "LIKENESS_KERNELS=plain takes libtorch's operators");
}

// Memory of one thread that grows and is kept: 64-byte aligned, not initialised.
template <class Element>
class Scratch {
public:
    Element *of(size_t count) {
        if (count > capacity) {
            memory.reset(static_cast<Element *>(
                std::aligned_alloc(64, (count * sizeof(Element) + 63) / 64 * 64)));
            if (!memory) {
                capacity = 0;
                throw std::bad_alloc();
            }
            capacity = count;
        }
        return memory.get();
    }

private:
    struct Free {
        void operator()(Element *memory) const { std::free(memory); }
    };
    std::unique_ptr<Element, Free> memory;
    size_t capacity = 0;
};

}  // namespace kernels
