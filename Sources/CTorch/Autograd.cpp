// Gradients, grad mode, autocast.
#include "Shim.h"

#include <ATen/autocast_mode.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

namespace {

std::vector<at::Tensor> seeds(const ct_tensor *seed) {
    return seed ? std::vector<at::Tensor>{shim::borrow(seed)} : std::vector<at::Tensor>{};
}

}  // namespace

bool ct_tensor_requires_grad(const ct_tensor *t) { return shim::impl(t)->requires_grad(); }

bool ct_tensor_is_leaf(const ct_tensor *t) {
    const auto &meta = shim::borrow(t);
    return !meta.grad_fn();
}

ct_status ct_tensor_set_requires_grad(ct_tensor *t, bool value) {
    return shim::guarded([&] { shim::borrow(t).set_requires_grad(value); });
}

ct_status ct_tensor_grad(const ct_tensor *t, ct_tensor **result) {
    return shim::guarded([&] { *result = shim::own(shim::borrow(t).grad()); });
}

ct_status ct_tensor_set_grad(ct_tensor *t, const ct_tensor *grad) {
    return shim::guarded(
        [&] { shim::borrow(t).mutable_grad() = grad ? shim::borrow(grad) : at::Tensor(); });
}

ct_status ct_tensor_set_data(ct_tensor *t, const ct_tensor *data) {
    return shim::guarded([&] { shim::borrow(t).set_data(shim::borrow(data)); });
}

ct_status ct_backward(const ct_tensor *t, const ct_tensor *seed, bool retain_graph,
                      bool create_graph) {
    return shim::guarded([&] {
        torch::autograd::backward({shim::borrow(t)}, seeds(seed), retain_graph, create_graph);
    });
}

ct_status ct_gradients(const ct_tensor *output, const ct_tensor *seed,
                       const ct_tensor *const *inputs, size_t input_count, bool retain_graph,
                       bool create_graph, ct_tensor **results) {
    return shim::guarded([&] {
        std::vector<at::Tensor> sources;
        sources.reserve(input_count);
        for (size_t i = 0; i < input_count; ++i) sources.push_back(shim::borrow(inputs[i]));
        auto gradients = torch::autograd::grad({shim::borrow(output)}, sources, seeds(seed),
                                               retain_graph, create_graph, /*allow_unused=*/true);
        for (size_t i = 0; i < input_count; ++i) results[i] = shim::own(std::move(gradients[i]));
    });
}

bool ct_grad_enabled(void) { return c10::GradMode::is_enabled(); }
void ct_set_grad_enabled(bool value) { c10::GradMode::set_enabled(value); }

ct_status ct_autocast_enter(int8_t device_type, int32_t dtype, bool enabled,
                            ct_autocast_state *previous) {
    return shim::guarded([&] {
        const auto type = static_cast<at::DeviceType>(device_type);
        previous->enabled = at::autocast::is_autocast_enabled(type);
        previous->dtype = static_cast<int32_t>(at::autocast::get_autocast_dtype(type));
        at::autocast::set_autocast_dtype(type, static_cast<at::ScalarType>(dtype));
        at::autocast::set_autocast_enabled(type, enabled);
        at::autocast::increment_nesting();
    });
}

ct_status ct_autocast_leave(int8_t device_type, ct_autocast_state previous) {
    return shim::guarded([&] {
        const auto type = static_cast<at::DeviceType>(device_type);
        // The cache of cast weights lives as long as the outermost closure.
        if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
        at::autocast::set_autocast_enabled(type, previous.enabled);
        at::autocast::set_autocast_dtype(type, static_cast<at::ScalarType>(previous.dtype));
    });
}
