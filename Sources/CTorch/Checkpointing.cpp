// Gradient checkpointing: a part of a graph that is computed again when its gradients are wanted.
#include "Shim.h"

#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/engine.h>

#include <array>
#include <cstdlib>

struct ct_tensors {
    std::vector<at::Tensor> list;
};

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::array devices = {at::kCPU, at::kCUDA, at::kMPS};

// What mixed precision was in force, put back for as long as the guard lives. Cast weights are not
// kept meanwhile: a cast made without recording would cut later ones off from their weights.
class Autocast {
public:
    struct Settings {
        std::array<bool, devices.size()> enabled;
        std::array<at::ScalarType, devices.size()> dtype;

        static Settings current() {
            Settings now;
            for (size_t i = 0; i < devices.size(); ++i) {
                now.enabled[i] = at::autocast::is_autocast_enabled(devices[i]);
                now.dtype[i] = at::autocast::get_autocast_dtype(devices[i]);
            }
            return now;
        }

        void install() const {
            for (size_t i = 0; i < devices.size(); ++i) {
                at::autocast::set_autocast_enabled(devices[i], enabled[i]);
                at::autocast::set_autocast_dtype(devices[i], dtype[i]);
            }
        }
    };

    explicit Autocast(const Settings &settings)
        : outer(Settings::current()), keeps(at::autocast::is_autocast_cache_enabled()) {
        settings.install();
        at::autocast::set_autocast_cache_enabled(false);
    }
    ~Autocast() {
        at::autocast::set_autocast_cache_enabled(keeps);
        outer.install();
    }

private:
    Settings outer;
    bool keeps;
};

// The closure, released with the last graph that may need it.
struct Part : torch::CustomClassHolder {
    Part(ct_body body, void (*release)(void *), void *context)
        : body(body), release(release), context(context), autocast(Autocast::Settings::current()) {}
    ~Part() override { release(context); }

    variable_list operator()(at::TensorList inputs) const {
        const Autocast guard(autocast);
        std::vector<ct_tensor *> handles;
        handles.reserve(inputs.size());
        for (const auto &input : inputs) handles.push_back(shim::own(input));
        ct_tensors results;
        // The closure takes the handles over.
        void *error = body(context, handles.data(), handles.size(), &results);
        if (error) throw shim::BodyFailure(std::shared_ptr<void>(error, release));
        return std::move(results.list);
    }

    ct_body body;
    void (*release)(void *);
    void *context;
    Autocast::Settings autocast;
};

// Its last input is an empty tensor that requires a gradient, so that parameters inside the closure
// get theirs even where no input needs one.
struct Recomputed : torch::autograd::Function<Recomputed> {
    static variable_list forward(AutogradContext *ctx, at::TensorList inputs,
                                 const c10::intrusive_ptr<Part> &part) {
        ctx->saved_data["part"] = c10::IValue::make_capsule(part);
        ctx->save_for_backward(inputs.vec());
        ctx->set_materialize_grads(false);
        return (*part)(inputs.slice(0, inputs.size() - 1));
    }

    static variable_list backward(AutogradContext *ctx, const variable_list &gradients) {
        TORCH_CHECK(torch::autograd::Engine::get_default_engine().is_checkpoint_valid(),
                    "expected backward() on all leaves, found gradients for chosen inputs, which "
                    "a checkpointed part cannot give");
        TORCH_CHECK(!c10::GradMode::is_enabled(),
                    "expected to differentiate once, found createGraph, which a checkpointed part "
                    "does not record");
        const auto part =
            c10::static_intrusive_pointer_cast<Part>(ctx->saved_data["part"].toCapsule());
        const auto saved = ctx->get_saved_variables();
        variable_list inputs;
        for (size_t i = 0; i + 1 < saved.size(); ++i) {
            inputs.push_back(saved[i].detach());
            if (saved[i].requires_grad()) inputs.back().set_requires_grad(true);
        }
        const c10::AutoGradMode recording(true);
        const auto outputs = (*part)(inputs);
        TORCH_CHECK(outputs.size() == gradients.size(), "the checkpointed part gave ",
                    gradients.size(), " tensors at first and ", outputs.size(), " when repeated");
        variable_list roots, seeds;
        for (size_t i = 0; i < outputs.size(); ++i) {
            if (!gradients[i].defined() || !outputs[i].requires_grad()) continue;
            roots.push_back(outputs[i]);
            seeds.push_back(gradients[i]);
        }
        if (!roots.empty()) torch::autograd::backward(roots, seeds);
        variable_list results;
        for (const auto &input : inputs) results.push_back(input.grad());
        results.resize(results.size() + 2);  // the empty tensor's and the closure's: none
        return results;
    }
};

}  // namespace

void ct_tensors_add(ct_tensors *list, const ct_tensor *t) { list->list.push_back(shim::borrow(t)); }

ct_status ct_checkpoint(const ct_tensor *const *inputs, size_t input_count, ct_body body,
                        void (*release)(void *), void *context, ct_tensor ***results,
                        size_t *result_count) {
    std::unique_ptr<void, void (*)(void *)> owner(context, release);
    return shim::guarded([&] {
        auto part = c10::make_intrusive<Part>(body, release, owner.get());
        owner.release();
        variable_list variables;
        variables.reserve(input_count + 1);
        for (size_t i = 0; i < input_count; ++i) variables.push_back(shim::borrow(inputs[i]));
        variables.push_back(at::empty({0}).set_requires_grad(true));
        auto outputs = Recomputed::apply(at::TensorList(variables), part);
        auto **list = static_cast<ct_tensor **>(
            std::calloc(outputs.size() ? outputs.size() : 1, sizeof(ct_tensor *)));
        if (!list) throw std::bad_alloc();
        *results = list;
        *result_count = outputs.size();
        for (size_t i = 0; i < outputs.size(); ++i) list[i] = shim::own(std::move(outputs[i]));
    });
}
