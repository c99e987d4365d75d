// likeness::group_norm: normalisation of groups of channels with a shift before and SiLU after.
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "Kernels.h"
#include "NormKernels.h"

namespace kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using Optional = std::optional<at::Tensor>;

// What one call needs, with scale and shift as float32.
struct Norm {
    at::Tensor weight, bias, before;
    NormShape shape;

    Norm(const at::Tensor &x, int64_t groups, const at::Tensor &weight, const at::Tensor &bias,
         const Optional &before, double eps, bool silu)
        : weight(floats(weight)), bias(floats(bias)),
          before(before ? floats(*before) : at::Tensor()),
          shape{x.size(0), x.size(2) * x.size(3), x.size(1), groups, static_cast<float>(eps), silu,
                this->weight.data_ptr<float>(), this->bias.data_ptr<float>(),
                before ? this->before.data_ptr<float>() : nullptr} {}
};

std::pair<at::Tensor, at::Tensor> forward(const at::Tensor &x, const Norm &norm) {
    auto y = at::empty_like(x, at::MemoryFormat::ChannelsLast);
    auto statistics = at::empty({3, x.size(0), x.size(1)}, x.options().dtype(at::kFloat));
#if defined(__x86_64__)
    norm_forward(norm.shape, words(x), words(y), statistics.data_ptr<float>());
#endif
    return {y, statistics};
}

struct NormFunction : torch::autograd::Function<NormFunction> {
    static at::Tensor forward(AutogradContext *context, const at::Tensor &x, int64_t groups,
                              const at::Tensor &weight, const at::Tensor &bias,
                              const Optional &before, double eps, bool silu) {
        const Norm norm(x, groups, weight, bias, before, eps, silu);
        auto [y, statistics] = kernels::forward(x, norm);
        context->save_for_backward({x, weight, bias, statistics});
        context->saved_data["before"] = before ? Optional(before->detach()) : Optional();
        context->saved_data["groups"] = groups;
        context->saved_data["eps"] = eps;
        context->saved_data["silu"] = silu;
        return y;
    }

    static variable_list backward(AutogradContext *context, variable_list grads) {
        differentiate_once();
        auto &data = context->saved_data;
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &weight = saved[1], &bias = saved[2];
        const auto before = data["before"].toOptional<at::Tensor>();
        const Norm norm(x, data["groups"].toInt(), weight, bias, before, data["eps"].toDouble(),
                        data["silu"].toBool());
        const auto grad = grads[0].to(at::kBFloat16).contiguous(at::MemoryFormat::ChannelsLast);
        auto grad_x = at::empty_like(x, at::MemoryFormat::ChannelsLast);
        auto shares = at::empty({3, x.size(0), x.size(1)}, x.options().dtype(at::kFloat));
#if defined(__x86_64__)
        norm_backward(norm.shape, words(x), saved[3].data_ptr<float>(), words(grad), words(grad_x),
                      shares.data_ptr<float>());
#endif
        const auto sums = shares.sum(1);
        return {grad_x,
                at::Tensor(),
                sums[0].to(weight.scalar_type()),
                sums[1].to(bias.scalar_type()),
                before ? shares[2].to(before->scalar_type()) : at::Tensor(),
                at::Tensor(),
                at::Tensor()};
    }
};

at::Tensor group_norm(const at::Tensor &x, int64_t groups, const at::Tensor &weight,
                      const at::Tensor &bias, const Optional &before, double eps, bool silu) {
    // The kernel reads channels side by side; a picture of one pixel or channel counts as both.
    const bool fits = ck_enabled() && kernels::fits(x) && x.dim() == 4 && groups > 0
        && x.size(1) % groups == 0 && x.numel() > 0
        && x.is_contiguous(at::MemoryFormat::ChannelsLast)
        && weight.numel() == x.size(1) && bias.numel() == x.size(1)
        && (!before || before->sizes() == at::IntArrayRef{x.size(0), x.size(1)});
    if (fits) {
        if (learns({x, weight, bias}) || (before && learns({*before})))
            return NormFunction::apply(x, groups, weight, bias, before, eps, silu);
        return forward(x, Norm(x, groups, weight, bias, before, eps, silu)).first;
    }
    const auto shifted = before ? x + before->unsqueeze(-1).unsqueeze(-1) : x;
    const auto y = at::group_norm(shifted, groups, weight, bias, eps);
    return silu ? at::silu(y) : y;
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(likeness, library) {
    library.def("group_norm(Tensor x, int groups, Tensor weight, Tensor bias, Tensor? before=None, "
                "float eps=1e-05, bool silu=False) -> Tensor",
                group_norm);
}

}  // namespace kernels
