// CPU tensors' memory: counted, and kept for the next tensors where work repeats.
#include "Shim.h"

#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <unordered_map>
#include <vector>
#if defined(__APPLE__)
#include <malloc/malloc.h>
#define usable_size malloc_size
#else
#include <malloc.h>
#define usable_size malloc_usable_size
#endif

namespace {

// Freed blocks by size. Every step of a training asks for the same sizes again, and malloc would
// split and merge its heap for them.
class Kept {
public:
    // Sizes come in eighths of powers of two; smaller blocks malloc keeps well enough itself.
    static constexpr size_t smallest = 4096, most = size_t(2) << 30;

    static size_t rounded(size_t bytes) {
        if (bytes < smallest) return bytes;
        return (bytes + step(bytes) - 1) / step(bytes) * step(bytes);
    }

    void *take(size_t size) {
        const std::lock_guard<std::mutex> guard(lock);
        const auto found = blocks.find(size);
        if (found == blocks.end() || found->second.empty()) return nullptr;
        void *block = found->second.back();
        found->second.pop_back();
        held -= size;
        return block;
    }

    // False if there is no room left: then what is there was of other sizes, and is freed.
    bool put(void *block, size_t usable) {
        if (usable < smallest) return false;
        // malloc gives a little more than was asked for, always less than a step.
        const size_t size = usable / step(usable) * step(usable);
        const std::lock_guard<std::mutex> guard(lock);
        if (held + size > most) {
            empty();
            return false;
        }
        blocks[size].push_back(block);
        held += size;
        return true;
    }

    void clear() {
        const std::lock_guard<std::mutex> guard(lock);
        empty();
    }

private:
    void empty() {
        for (auto &[_, list] : blocks) {
            for (void *old : list) c10::free_cpu(old);
            list.clear();
        }
        held = 0;
    }

    static size_t step(size_t bytes) {
        return (size_t(1) << (63 - __builtin_clzll(bytes))) / 8;
    }

    std::mutex lock;
    std::unordered_map<size_t, std::vector<void *>> blocks;
    size_t held = 0;
};

std::atomic<bool> keeps{false};
// This thread's blocks are for long: neither taken from what is kept, nor kept.
thread_local bool settles = false;
bool keeps_here() { return keeps.load(std::memory_order_relaxed) && !settles; }
// Never destroyed: tensors may outlive every static object.
Kept &kept = *new Kept;

// libtorch keeps no count of CPU tensors' bytes, so this allocator does: two relaxed atomic
// additions a tensor. Sizes are what malloc reserved, asked from malloc at both ends.
class CountingAllocator final : public c10::Allocator {
public:
    c10::DataPtr allocate(size_t bytes) override {
        void *data = nullptr;
        if (bytes >= Kept::smallest && keeps_here()) {
            bytes = Kept::rounded(bytes);
            data = kept.take(bytes);
        }
        if (!data) data = c10::alloc_cpu(bytes);
        if (data) {
            const int64_t now = add(static_cast<int64_t>(usable_size(data)));
            int64_t seen = peak.load(std::memory_order_relaxed);
            while (now > seen && !peak.compare_exchange_weak(seen, now, std::memory_order_relaxed)) {
            }
            own.peak = std::max(own.peak, own.current);
        }
        return {data, data, &CountingAllocator::release, c10::Device(c10::DeviceType::CPU)};
    }
    c10::DeleterFnPtr raw_deleter() const override { return &CountingAllocator::release; }
    void copy_data(void *to, const void *from, size_t bytes) const override {
        default_copy_data(to, from, bytes);
    }

    static inline std::atomic<int64_t> current{0}, peak{0};
    // What this thread took, less what it gave back: whatever others do meanwhile.
    static inline thread_local ct_memory own{0, 0};

private:
    static int64_t add(int64_t bytes) {
        own.current += bytes;
        return current.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    }
    static void release(void *data) {
        if (!data) return;
        const size_t usable = usable_size(data);
        add(-static_cast<int64_t>(usable));
        if (keeps_here() && kept.put(data, usable)) return;
        c10::free_cpu(data);
#if defined(__GLIBC__)
        // Blocks that begin on a page of 2 MiB do not fit into the holes of their like: without this
        // what a network's weights leave when they are laid out anew would stay.
        if (settles && usable > (size_t(16) << 20)) malloc_trim(0);
#endif
    }
};

CountingAllocator counting;
// Before any tensor exists, and above the default allocator's priority 0.
const bool installed = [] {
    // Large tensors in pages of 2 MiB: fewer to zero and to look up. libtorch reads this once.
    setenv("THP_MEM_ALLOC_ENABLE", "1", /*overwrite=*/0);
    c10::SetCPUAllocator(&counting, 1);
    return true;
}();

}  // namespace

namespace shim {

ct_memory cpu_memory() {
    return {CountingAllocator::current.load(), CountingAllocator::peak.load()};
}

void set_cpu_peak(int64_t peak) {
    CountingAllocator::peak.store(std::max(peak, CountingAllocator::current.load()));
}

}  // namespace shim

ct_memory ct_memory_of_thread(void) { return CountingAllocator::own; }

void ct_memory_of_thread_set_peak(int64_t peak) {
    CountingAllocator::own.peak = std::max(peak, CountingAllocator::own.current);
}

void ct_keep_freed_memory(void) {
    keeps.store(true);
#if defined(__GLIBC__)
    // By default every large tensor is mapped anew, zeroed page by page, and unmapped again: a
    // fifth of a training step's time. 32 MiB is the most that glibc takes.
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_TOP_PAD, 64 << 20);
#endif
}

void ct_settle_memory(bool value) { settles = value; }

void ct_release_freed_memory(void) {
    kept.clear();
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}
