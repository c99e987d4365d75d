// likeness::attention: our kernels where they fit, libtorch's attention everywhere else.
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "AttentionKernels.h"
#include "Kernels.h"

namespace kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// [B, heads, N, D] with D innermost: views of linear layers' results fit as they are.
bool fits_rows(const at::Tensor &x) {
    return fits(x) && x.dim() == 4 && x.stride(3) == 1 && x.stride(2) % 2 == 0;
}

// A bias that is the same for all heads and queries: [B or 1, 1, 1, M].
bool fits_keys(const std::optional<at::Tensor> &bias, const at::Tensor &k) {
    if (!bias || !bias->defined()) return true;
    return bias->is_cpu() && bias->dim() == 4 && bias->size(1) == 1 && bias->size(2) == 1
        && (bias->size(0) == 1 || bias->size(0) == k.size(0)) && bias->size(3) == k.size(2)
        && at::isFloatingType(bias->scalar_type())
        && !bias->requires_grad();
}

bool fits(const at::Tensor &q, const at::Tensor &k, const at::Tensor &v,
          const std::optional<at::Tensor> &bias) {
    const int64_t width = q.dim() == 4 ? q.size(3) : 0;
    return ck_enabled() && fits_rows(q) && fits_rows(k) && fits_rows(v) && width % 2 == 0
        && width > 0 && width <= 512 && k.size(3) == width && v.size(3) == width
        && k.sizes() == v.sizes() && k.size(0) == q.size(0) && k.size(1) == q.size(1)
        && k.size(2) > 0 && q.size(2) > 0 && fits_keys(bias, k);
}

Rows rows(const at::Tensor &x) {
    return {words(x), x.stride(0), x.stride(1), x.stride(2)};
}

// [B, heads, N, D] that lies in memory as [B, N, heads, D], as the next linear layer wants it.
at::Tensor rows_like(const at::Tensor &x) {
    return at::empty({x.size(0), x.size(2), x.size(1), x.size(3)}, x.options()).transpose(1, 2);
}

AttentionShape shape_of(const at::Tensor &q, const at::Tensor &k, const at::Tensor &bias,
                        double scale) {
    AttentionShape shape{q.size(0), q.size(1), q.size(2), k.size(2), q.size(3),
                         static_cast<float>(scale), nullptr, 0};
    if (bias.defined()) {
        shape.key_bias = bias.data_ptr<float>();
        shape.key_bias_row = bias.size(0) == 1 ? 0 : bias.stride(0);
    }
    return shape;
}

at::Tensor forward(const at::Tensor &q, const at::Tensor &k, const at::Tensor &v,
                   const at::Tensor &bias, double scale, float *sums) {
    auto out = rows_like(q);
#if defined(__x86_64__)
    attention_forward(shape_of(q, k, bias, scale), rows(q), rows(k), rows(v), rows(out), sums);
#endif
    return out;
}

struct AttentionFunction : torch::autograd::Function<AttentionFunction> {
    static at::Tensor forward(AutogradContext *context, const at::Tensor &q, const at::Tensor &k,
                              const at::Tensor &v, const std::optional<at::Tensor> &bias,
                              double scale) {
        const auto sums = at::empty({q.size(0), q.size(1), q.size(2)}, q.options().dtype(at::kFloat));
        auto out = kernels::forward(q, k, v, bias.value_or(at::Tensor()), scale,
                                    sums.data_ptr<float>());
        context->save_for_backward({q, k, v, out, sums});
        context->saved_data["bias"] = bias;
        context->saved_data["scale"] = scale;
        return out;
    }

    static variable_list backward(AutogradContext *context, variable_list grads) {
        differentiate_once();
        const auto saved = context->get_saved_variables();
        const auto &q = saved[0], &k = saved[1], &v = saved[2], &out = saved[3];
        const auto bias = context->saved_data["bias"].toOptional<at::Tensor>();
        auto grad = grads[0].to(at::kBFloat16);
        if (!fits_rows(grad)) grad = grad.contiguous();
        auto grad_q = rows_like(q), grad_k = rows_like(k), grad_v = rows_like(v);
#if defined(__x86_64__)
        attention_backward(shape_of(q, k, bias.value_or(at::Tensor()), context->saved_data["scale"].toDouble()), rows(q),
                           rows(k), rows(v), rows(out), saved[4].data_ptr<float>(), rows(grad),
                           rows(grad_q), rows(grad_k), rows(grad_v));
#endif
        return {grad_q, grad_k, grad_v, at::Tensor(), at::Tensor()};
    }
};

at::Tensor attention(const at::Tensor &q, const at::Tensor &k, const at::Tensor &v,
                     const std::optional<at::Tensor> &key_bias, std::optional<double> scale) {
    const double width = q.dim() == 4 ? static_cast<double>(q.size(3)) : 1;
    const double factor = scale.value_or(1 / std::sqrt(width));
    // The highest product has the highest score only if the factor is positive.
    if (!(factor > 0) || !fits(q, k, v, key_bias))
        return at::scaled_dot_product_attention(q, k, v, key_bias, 0.0, false, scale);
    std::optional<at::Tensor> bias;
    if (key_bias && key_bias->defined()) bias = key_bias->to(at::kFloat).contiguous();
    if (learns({q, k, v})) return AttentionFunction::apply(q, k, v, bias, factor);
    return forward(q, k, v, bias.value_or(at::Tensor()), factor, nullptr);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(likeness, library) {
    library.def("attention(Tensor q, Tensor k, Tensor v, Tensor? key_bias=None, float? scale=None) "
                "-> Tensor",
                attention);
}

}  // namespace kernels
