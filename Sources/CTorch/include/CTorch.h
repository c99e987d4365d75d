// CTorch: libtorch behind a C ABI.
//
// One function, ct_call, runs any operator by name through the boxed dispatcher; the others are what
// no operator does (autograd, random state, threads, raw memory in and out).
//
// Rules that hold for every entry:
// - An entry that can fail returns a ct_status. After anything but CT_OK, ct_last_error() holds the
//   sentence, in this thread, until the next failing call. No C++ exception ever leaves.
// - An entry that returns a plain value only reads fields of the object and cannot fail.
// - Objects (tensor, generator) come out owned: release each exactly once.
#ifndef LIKENESS_CTORCH_H
#define LIKENESS_CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ct_status {
    CT_OK = 0,
    CT_ERROR = 1,
    CT_OUT_OF_MEMORY = 2,
    CT_BODY_FAILED = 3  // a ct_body gave an error
} ct_status;

// The last failure of this thread: libtorch's own sentence, without its C++ backtrace.
const char *_Nonnull ct_last_error(void);
// The error that the ct_body gave, borrowed until this thread's next failure; null if that was no
// CT_BODY_FAILED.
const void *_Nullable ct_last_body_error(void);

// Objects ---------------------------------------------------------------------------------------

// One counted reference to a defined, strided tensor.
typedef struct ct_tensor ct_tensor;
// One counted reference to a random number generator.
typedef struct ct_generator ct_generator;
// An operator of the dispatcher; lives as long as the process.
typedef struct ct_operator ct_operator;

// A device: c10::DeviceType and index (-1: the type's current device).
typedef struct ct_device {
    int8_t type;
    int8_t index;
} ct_device;

// Operators -------------------------------------------------------------------------------------

typedef enum ct_tag {
    CT_NONE,
    CT_TENSOR,
    CT_INT,
    CT_DOUBLE,
    CT_BOOL,
    CT_STRING,   // count bytes at string
    CT_INTS,     // count at ints
    CT_DOUBLES,  // count at doubles
    CT_BOOLS,    // count at ints, 0 or 1
    CT_TENSORS,  // count at tensors; a null one stands for None
    CT_DEVICE,
    CT_GENERATOR
} ct_tag;

// A tagged value, borrowed when passed in. In results, tensors and every list are owned by the
// caller: release the tensors, then pass the list pointer to ct_free.
typedef struct ct_value {
    ct_tag tag;
    union {
        const ct_tensor *_Nullable tensor;
        int64_t integer;
        double number;
        bool boolean;
        const char *_Nullable string;
        const int64_t *_Nullable ints;
        const double *_Nullable doubles;
        const ct_tensor *_Nullable const *_Nullable tensors;
        ct_device device;
        const ct_generator *_Nullable generator;
    };
    size_t count;
} ct_value;

// The operator "aten::add" with overload "Tensor"; null where this libtorch has none.
const ct_operator *_Nullable ct_operator_find(const char *_Nonnull name,
                                              const char *_Nonnull overload);
// Calls an operator. Arguments left out at the end take the schema's defaults. At most `capacity`
// results are written; `result_count` is how many there are.
ct_status ct_call(const ct_operator *_Nonnull op, const ct_value *_Nullable arguments,
                  size_t argument_count, ct_value *_Nonnull results, size_t capacity,
                  size_t *_Nonnull result_count);
void ct_free(const void *_Nullable list);

// Tensors ---------------------------------------------------------------------------------------

// Another reference to the same tensor.
ct_tensor *_Nonnull ct_tensor_retain(const ct_tensor *_Nonnull t);
void ct_tensor_release(ct_tensor *_Nonnull t);
size_t ct_tensor_rank(const ct_tensor *_Nonnull t);
const int64_t *_Nonnull ct_tensor_sizes(const ct_tensor *_Nonnull t);    // rank values
const int64_t *_Nonnull ct_tensor_strides(const ct_tensor *_Nonnull t);  // rank values, elements
int64_t ct_tensor_count(const ct_tensor *_Nonnull t);
int64_t ct_tensor_storage_offset(const ct_tensor *_Nonnull t);
int32_t ct_tensor_dtype(const ct_tensor *_Nonnull t);  // c10::ScalarType
ct_device ct_tensor_device(const ct_tensor *_Nonnull t);
bool ct_tensor_is_contiguous(const ct_tensor *_Nonnull t, int32_t memory_format);
// Whether both are views of the same memory.
bool ct_tensor_shares_storage(const ct_tensor *_Nonnull a, const ct_tensor *_Nonnull b);

// First element in memory; materialises lazy storage (copy on write). The tensor must be on the CPU.
ct_status ct_tensor_data(const ct_tensor *_Nonnull t, void *_Nullable *_Nonnull data);
// A contiguous tensor over foreign memory; `release(context)` is called once, with the last view.
ct_status ct_tensor_from_memory(void *_Nullable data, const int64_t *_Nonnull sizes, size_t rank,
                                int32_t dtype, void (*_Nonnull release)(void *_Nullable context),
                                void *_Nullable context, ct_tensor *_Nullable *_Nonnull result);

// Gives `t` the memory, dtype and device of `data`, as `t.data = data` does in Python.
ct_status ct_tensor_set_data(ct_tensor *_Nonnull t, const ct_tensor *_Nonnull data);

// Autograd --------------------------------------------------------------------------------------

bool ct_tensor_requires_grad(const ct_tensor *_Nonnull t);
bool ct_tensor_is_leaf(const ct_tensor *_Nonnull t);
ct_status ct_tensor_set_requires_grad(ct_tensor *_Nonnull t, bool value);
// Null where there is no gradient yet.
ct_status ct_tensor_grad(const ct_tensor *_Nonnull t, ct_tensor *_Nullable *_Nonnull result);
ct_status ct_tensor_set_grad(ct_tensor *_Nonnull t, const ct_tensor *_Nullable grad);
// Accumulates into the leaves' gradients. A null seed stands for ones (scalars only).
ct_status ct_backward(const ct_tensor *_Nonnull t, const ct_tensor *_Nullable seed,
                      bool retain_graph, bool create_graph);
// d(output)/d(inputs), without touching any leaf; null where an input was not used.
ct_status ct_gradients(const ct_tensor *_Nonnull output, const ct_tensor *_Nullable seed,
                       const ct_tensor *_Nonnull const *_Nonnull inputs, size_t input_count,
                       bool retain_graph, bool create_graph,
                       ct_tensor *_Nullable *_Nonnull results);

// Results of a ct_body, which adds to them while it runs.
typedef struct ct_tensors ct_tensors;
void ct_tensors_add(ct_tensors *_Nonnull list, const ct_tensor *_Nonnull t);
// A computation from inputs, which it takes over, to results. Gives null, or an error, owned.
typedef void *_Nullable (*ct_body)(void *_Nullable context,
                                   ct_tensor *_Nonnull const *_Nullable inputs, size_t input_count,
                                   ct_tensors *_Nonnull results);
// Runs `body` without recording; backward runs it again, recording, in whatever thread
// differentiates. `release` is called once with `context`, and with every error. Results are owned
// and the list goes to ct_free.
ct_status ct_checkpoint(const ct_tensor *_Nonnull const *_Nullable inputs, size_t input_count,
                        ct_body _Nonnull body, void (*_Nonnull release)(void *_Nullable),
                        void *_Nullable context,
                        ct_tensor *_Nullable *_Nullable *_Nonnull results,
                        size_t *_Nonnull result_count);

bool ct_grad_enabled(void);
void ct_set_grad_enabled(bool value);  // this thread

// Mixed precision: libtorch's per-thread autocast, which Swift only ever sets for a closure.
typedef struct ct_autocast_state {
    bool enabled;
    int32_t dtype;
} ct_autocast_state;
ct_status ct_autocast_enter(int8_t device_type, int32_t dtype, bool enabled,
                            ct_autocast_state *_Nonnull previous);
ct_status ct_autocast_leave(int8_t device_type, ct_autocast_state previous);

// Random numbers --------------------------------------------------------------------------------

ct_status ct_generator_new(ct_device device, ct_generator *_Nullable *_Nonnull result);
void ct_generator_release(ct_generator *_Nonnull g);
ct_status ct_generator_seed(ct_generator *_Nonnull g, uint64_t seed);
ct_status ct_generator_state(const ct_generator *_Nonnull g,
                             ct_tensor *_Nullable *_Nonnull result);  // uint8, torch's format
ct_status ct_generator_set_state(ct_generator *_Nonnull g, const ct_tensor *_Nonnull state);

// Machine ---------------------------------------------------------------------------------------

const char *_Nonnull ct_version(void);         // of libtorch
const char *_Nonnull ct_cpu_capability(void);  // "AVX2", "AVX512", "DEFAULT"
const char *_Nonnull ct_build_summary(void);   // compilers, BLAS, oneDNN
int32_t ct_thread_count(void);
ct_status ct_set_thread_count(int32_t count);
// Lets malloc keep what tensors free instead of giving it back to the system, where it can.
void ct_keep_freed_memory(void);
void ct_release_freed_memory(void);  // what that keeps now
// Whether what this thread allocates and frees is for long: then exact sizes, and nothing is kept.
void ct_settle_memory(bool value);
bool ct_has_bf16_tiles(void);  // AMX on this CPU
ct_status ct_device_count(int8_t device_type, int32_t *_Nonnull result);
ct_status ct_synchronize(ct_device device);

// Bytes in tensors: on the CPU through a counting allocator, elsewhere from the caching allocator.
typedef struct ct_memory {
    int64_t current;
    int64_t peak;
} ct_memory;
ct_status ct_memory_read(ct_device device, ct_memory *_Nonnull result);
ct_status ct_memory_set_peak(ct_device device, int64_t peak);  // never below current; CPU only
ct_status ct_memory_reset_peak(ct_device device);
// CPU tensors that the calling thread made, less those that it freed.
ct_memory ct_memory_of_thread(void);
void ct_memory_of_thread_set_peak(int64_t peak);  // never below current

// Proof -----------------------------------------------------------------------------------------

typedef enum ct_fault {
    CT_FAULT_NONE,
    CT_FAULT_BAD_ALLOC,
    CT_FAULT_TORCH,
    CT_FAULT_INT
} ct_fault;
// Makes the next failing-capable entry of this thread throw, inside the shim.
void ct_inject_fault(ct_fault fault);
// at::add(a, b) in a C++ loop: what `likeness bench dispatch` compares with.
ct_status ct_benchmark_add(const ct_tensor *_Nonnull a, const ct_tensor *_Nonnull b, int64_t rounds,
                           double *_Nonnull seconds);

#ifdef __cplusplus
}
#endif
#endif
