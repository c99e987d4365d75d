// Reading a tensor's fields, and raw memory in and out.
#include "Shim.h"

using shim::impl;

ct_tensor *ct_tensor_retain(const ct_tensor *t) {
    return reinterpret_cast<ct_tensor *>(shim::borrow(t).unsafeReleaseTensorImpl());
}

void ct_tensor_release(ct_tensor *t) {
    // Taking the reference back and dropping it; a deleter that throws would end the process, and
    // none does: foreign memory is released by a C function.
    c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim(impl(t));
}

size_t ct_tensor_rank(const ct_tensor *t) { return static_cast<size_t>(impl(t)->dim()); }
const int64_t *ct_tensor_sizes(const ct_tensor *t) { return impl(t)->sizes().data(); }
const int64_t *ct_tensor_strides(const ct_tensor *t) { return impl(t)->strides().data(); }
int64_t ct_tensor_count(const ct_tensor *t) { return impl(t)->numel(); }
int64_t ct_tensor_storage_offset(const ct_tensor *t) { return impl(t)->storage_offset(); }

int32_t ct_tensor_dtype(const ct_tensor *t) {
    return static_cast<int32_t>(c10::typeMetaToScalarType(impl(t)->dtype()));
}

ct_device ct_tensor_device(const ct_tensor *t) {
    const c10::Device device = impl(t)->device();
    return {static_cast<int8_t>(device.type()), device.index()};
}

bool ct_tensor_is_contiguous(const ct_tensor *t, int32_t memory_format) {
    return impl(t)->is_contiguous(static_cast<at::MemoryFormat>(memory_format));
}

bool ct_tensor_shares_storage(const ct_tensor *a, const ct_tensor *b) {
    return impl(a)->unsafe_storage().is_alias_of(impl(b)->unsafe_storage());
}

ct_status ct_tensor_data(const ct_tensor *t, void **data) {
    return shim::guarded([&] {
        TORCH_CHECK(impl(t)->device().is_cpu(), "expected a tensor on the CPU to read memory from, found one on ",
                    impl(t)->device());
        *data = impl(t)->mutable_data();
    });
}

ct_status ct_tensor_from_memory(void *data, const int64_t *sizes, size_t rank, int32_t dtype,
                                void (*release)(void *context), void *context,
                                ct_tensor **result) {
    return shim::guarded([&] {
        *result = shim::own(at::from_blob(
            data, c10::IntArrayRef(sizes, rank), [release, context](void *) { release(context); },
            at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype))));
    });
}
