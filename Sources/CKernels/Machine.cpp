// Whether this machine has what the kernels are compiled for, and the switch.
#include <atomic>
#include <cstdlib>
#include <cstring>

#include "CKernels.h"

namespace {

bool machine_has_bf16_lanes() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512bf16");
#else
    return false;
#endif
}

bool wanted_at_start() {
    const char *choice = std::getenv("LIKENESS_KERNELS");
    return !choice || std::strcmp(choice, "plain") != 0;
}

std::atomic<bool> wanted{wanted_at_start()};

}  // namespace

bool ck_available(void) {
    static const bool available = machine_has_bf16_lanes();
    return available;
}

void ck_set_enabled(bool value) { wanted.store(value, std::memory_order_relaxed); }
bool ck_enabled(void) { return ck_available() && wanted.load(std::memory_order_relaxed); }
