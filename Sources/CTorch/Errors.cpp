// Exceptions become a status and a sentence here, and nowhere else.
#include "Shim.h"

#include <cstring>

namespace {

// A fixed buffer, so that reporting an out-of-memory needs no memory.
thread_local char last_error[8192];
thread_local ct_fault injected = CT_FAULT_NONE;
// What the closure threw, if that was the last failure.
thread_local std::shared_ptr<void> body_error;

ct_status record(ct_status status, const char *message) noexcept {
    body_error.reset();
    std::strncpy(last_error, message, sizeof last_error - 1);
    return status;
}

}  // namespace

namespace shim {

ct_status record_exception() noexcept {
    try {
        throw;
    } catch (const BodyFailure &failure) {
        record(CT_BODY_FAILED, failure.what());
        body_error = failure.error;
        return CT_BODY_FAILED;
    } catch (const c10::OutOfMemoryError &error) {
        return record(CT_OUT_OF_MEMORY, error.what_without_backtrace());
    } catch (const c10::Error &error) {
        // The CPU allocator reports exhaustion as a plain error.
        const char *message = error.what_without_backtrace();
        const bool memory = std::strstr(message, "can't allocate memory") != nullptr;
        return record(memory ? CT_OUT_OF_MEMORY : CT_ERROR, message);
    } catch (const std::bad_alloc &) {
        return record(CT_OUT_OF_MEMORY, "out of memory (std::bad_alloc)");
    } catch (const std::exception &error) {
        return record(CT_ERROR, error.what());
    } catch (...) {
        return record(CT_ERROR, "an exception that is no std::exception was thrown");
    }
}

void fire_injected_fault() {
    if (injected == CT_FAULT_NONE) [[likely]] return;
    const ct_fault fault = injected;
    injected = CT_FAULT_NONE;
    switch (fault) {
    case CT_FAULT_BAD_ALLOC: throw std::bad_alloc();
    case CT_FAULT_TORCH: TORCH_CHECK(false, "injected fault");
    case CT_FAULT_INT: throw 42;
    case CT_FAULT_NONE: return;
    }
}

}  // namespace shim

const char *ct_last_error(void) { return last_error; }

const void *ct_last_body_error(void) { return body_error.get(); }

void ct_inject_fault(ct_fault fault) { injected = fault; }
