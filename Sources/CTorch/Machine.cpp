// What this machine has: versions, threads, devices, memory in use.
#include "Shim.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/cpu/Utils.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <torch/version.h>

#include <atomic>
#if defined(__APPLE__)
#include <malloc/malloc.h>
#define usable_size malloc_size
#else
#include <malloc.h>
#define usable_size malloc_usable_size
#endif

namespace {

// libtorch keeps no count of CPU tensors' bytes, so this allocator does: two relaxed atomic
// additions a tensor. Sizes are what malloc reserved, asked from malloc at both ends.
class CountingAllocator final : public c10::Allocator {
public:
    c10::DataPtr allocate(size_t bytes) override {
        void *data = c10::alloc_cpu(bytes);
        if (data) {
            const int64_t now = add(static_cast<int64_t>(usable_size(data)));
            int64_t seen = peak.load(std::memory_order_relaxed);
            while (now > seen && !peak.compare_exchange_weak(seen, now, std::memory_order_relaxed)) {
            }
        }
        return {data, data, &CountingAllocator::release, c10::Device(c10::DeviceType::CPU)};
    }
    c10::DeleterFnPtr raw_deleter() const override { return &CountingAllocator::release; }
    void copy_data(void *to, const void *from, size_t bytes) const override {
        default_copy_data(to, from, bytes);
    }

    static inline std::atomic<int64_t> current{0}, peak{0};

private:
    static int64_t add(int64_t bytes) {
        return current.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    }
    static void release(void *data) {
        if (!data) return;
        add(-static_cast<int64_t>(usable_size(data)));
        c10::free_cpu(data);
    }
};

CountingAllocator counting;
// Before any tensor exists, and above the default allocator's priority 0.
const bool installed = (c10::SetCPUAllocator(&counting, 1), true);

}  // namespace

void ct_keep_freed_memory(void) {
#if defined(__GLIBC__)
    // By default every large tensor is mapped anew, zeroed page by page, and unmapped again: a
    // fifth of a training step's time. 32 MiB is the most that glibc takes.
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_TOP_PAD, 64 << 20);
#endif
}

const char *ct_version(void) { return TORCH_VERSION; }

const char *ct_cpu_capability(void) {
    static const std::string name = at::get_cpu_capability();
    return name.c_str();
}

const char *ct_build_summary(void) {
    static const std::string text = at::show_config();
    return text.c_str();
}

int32_t ct_thread_count(void) { return at::get_num_threads(); }
ct_status ct_set_thread_count(int32_t count) {
    return shim::guarded([&] { at::set_num_threads(count); });
}

bool ct_has_bf16_tiles(void) {
    try {
        return at::cpu::init_amx();
    } catch (...) {
        return false;
    }
}

ct_status ct_device_count(int8_t device_type, int32_t *result) {
    return shim::guarded([&] {
        const auto type = static_cast<at::DeviceType>(device_type);
        if (type == at::kCPU || type == at::kMeta) *result = 1;
        else if (type == at::kMPS) *result = at::globalContext().hasMPS() ? 1 : 0;
        else if (type == at::kCUDA && !at::globalContext().hasCUDA()) *result = 0;
        else *result = at::globalContext().getAcceleratorHooksInterface(type).deviceCount();
    });
}

ct_status ct_synchronize(ct_device device) {
    return shim::guarded([&] {
        const at::Device where = shim::device(device);
        if (where.is_cpu() || where.is_meta()) return;
        const c10::impl::VirtualGuardImpl guard(where.type());
        guard.synchronizeDevice(where.has_index() ? where.index() : guard.getDevice().index());
    });
}

ct_status ct_memory_read(ct_device device, ct_memory *result) {
    return shim::guarded([&] {
        const at::Device where = shim::device(device);
        if (where.is_cpu()) {
            *result = {CountingAllocator::current.load(), CountingAllocator::peak.load()};
            return;
        }
        const auto stats =
            c10::getDeviceAllocator(where.type())->getDeviceStats(where.has_index() ? where.index() : 0);
        const auto &bytes = stats.allocated_bytes[0];
        *result = {bytes.current, bytes.peak};
    });
}

ct_status ct_memory_set_peak(ct_device device, int64_t peak) {
    return shim::guarded([&] {
        TORCH_CHECK(shim::device(device).is_cpu(), "only the CPU's peak can be set");
        CountingAllocator::peak.store(std::max(peak, CountingAllocator::current.load()));
    });
}

ct_status ct_memory_reset_peak(ct_device device) {
    return shim::guarded([&] {
        const at::Device where = shim::device(device);
        if (where.is_cpu()) CountingAllocator::peak.store(CountingAllocator::current.load());
        else
            c10::getDeviceAllocator(where.type())->resetPeakStats(where.has_index() ? where.index() : 0);
    });
}
