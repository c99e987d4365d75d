// What the shim's files share: unwrapping handles, and the guard that lets no exception out.
#pragma once

#include <ATen/ATen.h>
#include <ATen/core/Generator.h>

#include <exception>
#include <memory>

#include "CTorch.h"

namespace shim {

// What a Swift closure threw, on its way through libtorch.
struct BodyFailure : std::exception {
    explicit BodyFailure(std::shared_ptr<void> error) : error(std::move(error)) {}
    const char *what() const noexcept override { return "a closure that libtorch called threw"; }
    std::shared_ptr<void> error;
};

// Records the current exception as this thread's last error. Call only inside a catch block.
ct_status record_exception() noexcept;
// Throws what ct_inject_fault asked for, once.
void fire_injected_fault();

template <class Body>
ct_status guarded(Body &&body) noexcept {
    try {
        fire_injected_fault();
        body();
        return CT_OK;
    } catch (...) {
        return record_exception();
    }
}

// A ct_tensor is the TensorImpl itself, with one reference owned by the handle.
inline c10::TensorImpl *impl(const ct_tensor *t) {
    return reinterpret_cast<c10::TensorImpl *>(const_cast<ct_tensor *>(t));
}

inline at::Tensor borrow(const ct_tensor *t) {
    return at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim_copy(
        impl(t)));
}

// The element types and devices that Swift's DType and Device name.
inline bool known(at::ScalarType type) {
    const int value = static_cast<int>(type);
    return value <= 11 || value == 15 || (value >= 23 && value <= 29) || value == 44 || value == 45;
}
inline bool known(at::DeviceType type) {
    return type == at::kCPU || type == at::kCUDA || type == at::kMPS || type == at::kMeta;
}

// Null for an undefined tensor. Whatever Swift's Tensor cannot describe stops here, so that its
// properties need not fail.
inline ct_tensor *own(at::Tensor t) {
    if (!t.defined()) return nullptr;
    TORCH_CHECK(t.layout() == at::kStrided && known(t.scalar_type()) && known(t.device().type()),
                "expected a strided tensor of a plain dtype on cpu, cuda, mps or meta, found ",
                t.layout(), " ", t.scalar_type(), " on ", t.device());
    return reinterpret_cast<ct_tensor *>(t.unsafeReleaseTensorImpl());
}

// Bytes of CPU tensors, now and at the most; the most can be set, to no less than there are.
ct_memory cpu_memory();
void set_cpu_peak(int64_t peak);

inline at::Generator *unwrap(const ct_generator *g) {
    return reinterpret_cast<at::Generator *>(const_cast<ct_generator *>(g));
}

inline at::Device device(ct_device d) {
    return at::Device(static_cast<at::DeviceType>(d.type), d.index);
}

}  // namespace shim
