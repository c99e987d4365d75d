// What this machine has: versions, threads, devices, memory in use.
#include "Shim.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/cpu/Utils.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <torch/version.h>

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
            *result = shim::cpu_memory();
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
        shim::set_cpu_peak(peak);
    });
}

ct_status ct_memory_reset_peak(ct_device device) {
    return shim::guarded([&] {
        const at::Device where = shim::device(device);
        if (where.is_cpu()) shim::set_cpu_peak(0);
        else
            c10::getDeviceAllocator(where.type())->resetPeakStats(where.has_index() ? where.index() : 0);
    });
}
