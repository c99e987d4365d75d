// Any operator, by name, through the boxed dispatcher.
#include "Shim.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>

#include <cstdlib>
#include <memory>
#include <string>

using c10::IValue;
using c10::OperatorHandle;

namespace {

// What a call needs of an operator, read from its schema once.
struct Entry {
    explicit Entry(const OperatorHandle &found)
        : handle(found), arguments(found.schema().arguments()),
          returns(found.schema().returns().size()) {}

    OperatorHandle handle;
    std::vector<c10::Argument> arguments;
    size_t returns;
};

const Entry &unwrap(const ct_operator *op) { return *reinterpret_cast<const Entry *>(op); }

// A stack that keeps its memory between calls. Calls nest (an operator may call back), so each
// takes the thread's spare one and gives it back.
class BorrowedStack {
public:
    BorrowedStack() : stack(std::move(spare)) {}
    ~BorrowedStack() {
        stack.clear();
        spare = std::move(stack);
    }
    torch::jit::Stack stack;

private:
    static thread_local torch::jit::Stack spare;
};
thread_local torch::jit::Stack BorrowedStack::spare;

// The schema's word decides between Tensor[] and Tensor?[], and between int and float.
IValue boxed(const ct_value &value, const c10::Argument &argument) {
    switch (value.tag) {
    case CT_NONE: return IValue();
    case CT_TENSOR: return shim::borrow(value.tensor);
    case CT_INT:
        if (argument.type()->kind() == c10::TypeKind::FloatType)
            return static_cast<double>(value.integer);
        return value.integer;
    case CT_DOUBLE: return value.number;
    case CT_BOOL: return value.boolean;
    case CT_STRING: return std::string(value.string, value.count);
    case CT_INTS: return c10::IntArrayRef(value.ints, value.count);
    case CT_DOUBLES: return c10::ArrayRef<double>(value.doubles, value.count);
    case CT_BOOLS: {
        c10::List<bool> list;
        list.reserve(value.count);
        for (size_t i = 0; i < value.count; ++i) list.push_back(value.ints[i] != 0);
        return list;
    }
    case CT_TENSORS: {
        const auto *list_type = argument.type()->castRaw<c10::ListType>();
        if (list_type && list_type->getElementType()->kind() == c10::TypeKind::OptionalType) {
            c10::List<std::optional<at::Tensor>> list;
            list.reserve(value.count);
            for (size_t i = 0; i < value.count; ++i) {
                if (value.tensors[i]) list.push_back(shim::borrow(value.tensors[i]));
                else list.push_back(std::nullopt);
            }
            return list;
        }
        c10::List<at::Tensor> list;
        list.reserve(value.count);
        for (size_t i = 0; i < value.count; ++i) list.push_back(shim::borrow(value.tensors[i]));
        return list;
    }
    case CT_DEVICE: return shim::device(value.device);
    case CT_GENERATOR: return *shim::unwrap(value.generator);
    }
    TORCH_CHECK(false, "unknown value tag ", static_cast<int>(value.tag));
}

template <class Element>
Element *list_of(size_t count) {
    auto *list = static_cast<Element *>(std::calloc(count ? count : 1, sizeof(Element)));
    if (!list) throw std::bad_alloc();
    return list;
}

ct_value unboxed(IValue &&value) {
    ct_value result{};
    if (value.isTensor()) {
        result.tensor = shim::own(std::move(value).toTensor());
        result.tag = result.tensor ? CT_TENSOR : CT_NONE;
    } else if (value.isInt()) {
        result.tag = CT_INT;
        result.integer = value.toInt();
    } else if (value.isDouble()) {
        result.tag = CT_DOUBLE;
        result.number = value.toDouble();
    } else if (value.isBool()) {
        result.tag = CT_BOOL;
        result.boolean = value.toBool();
    } else if (value.isTensorList()) {
        auto tensors = value.toTensorVector();
        auto *list = list_of<const ct_tensor *>(tensors.size());
        for (size_t i = 0; i < tensors.size(); ++i) list[i] = shim::own(std::move(tensors[i]));
        result.tag = CT_TENSORS;
        result.tensors = list;
        result.count = tensors.size();
    } else if (value.isIntList()) {
        const auto ints = value.toIntVector();
        auto *list = list_of<int64_t>(ints.size());
        std::copy(ints.begin(), ints.end(), list);
        result.tag = CT_INTS;
        result.ints = list;
        result.count = ints.size();
    } else {
        TORCH_CHECK(value.isNone(), "the result is a ", value.tagKind(),
                    ", which the shim does not hand on");
    }
    return result;
}

void discard(ct_value &value) {
    if (value.tag == CT_TENSOR) ct_tensor_release(const_cast<ct_tensor *>(value.tensor));
    if (value.tag == CT_TENSORS) {
        for (size_t i = 0; i < value.count; ++i)
            if (value.tensors[i]) ct_tensor_release(const_cast<ct_tensor *>(value.tensors[i]));
        ct_free(value.tensors);
    }
    if (value.tag == CT_INTS) ct_free(value.ints);
}

}  // namespace

const ct_operator *ct_operator_find(const char *name, const char *overload) {
    try {
        auto found = c10::Dispatcher::singleton().findSchema({name, overload});
        if (!found) return nullptr;
        return reinterpret_cast<const ct_operator *>(new Entry(*found));
    } catch (...) {
        shim::record_exception();
        return nullptr;
    }
}

ct_status ct_call(const ct_operator *op, const ct_value *arguments, size_t argument_count,
                  ct_value *results, size_t capacity, size_t *result_count) {
    size_t written = 0;
    const ct_status status = shim::guarded([&] {
        const Entry &entry = unwrap(op);
        const auto &declared = entry.arguments;
        TORCH_CHECK(argument_count <= declared.size(), "the operator takes ", declared.size(),
                    " arguments, but ", argument_count, " were passed");
        BorrowedStack borrowed;
        auto &stack = borrowed.stack;
        stack.reserve(std::max(declared.size(), entry.returns));
        for (size_t i = 0; i < argument_count; ++i)
            stack.emplace_back(boxed(arguments[i], declared[i]));
        for (size_t i = argument_count; i < declared.size(); ++i) {
            const auto &fallback = declared[i].default_value();
            TORCH_CHECK(fallback, "the argument '", declared[i].name(), "' has no default");
            stack.emplace_back(*fallback);
        }
        entry.handle.callBoxed(stack);
        TORCH_CHECK(stack.size() <= capacity, "the operator returned ", stack.size(),
                    " values where at most ", capacity, " were expected");
        for (; written < stack.size(); ++written)
            results[written] = unboxed(std::move(stack[written]));
        *result_count = written;
    });
    if (status != CT_OK)
        for (size_t i = 0; i < written; ++i) discard(results[i]);
    return status;
}

void ct_free(const void *list) { std::free(const_cast<void *>(list)); }

ct_status ct_benchmark_add(const ct_tensor *a, const ct_tensor *b, int64_t rounds,
                           double *seconds) {
    return shim::guarded([&] {
        const at::Tensor x = shim::borrow(a), y = shim::borrow(b);
        const auto start = std::chrono::steady_clock::now();
        for (int64_t i = 0; i < rounds; ++i) at::Tensor sum = at::add(x, y);
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
        *seconds = elapsed.count();
    });
}
