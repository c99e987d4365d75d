// likeness::geglu: [..., 2 C] to [..., C], the first half scaled by GELU of the second. Shazeer 2020.
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "Kernels.h"
#include "Lanes.h"
#include "Parallel.h"

namespace kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

#if defined(__x86_64__)

using namespace lanes;

struct Gate {
    __m512 share, density;
};

// The normal distribution's share below z, and its density: Abramowitz and Stegun 7.1.26, 1.5e-7.
LANES_FUNCTION Gate gate_at(__m512 z) {
    const __m512 one = _mm512_set1_ps(1);
    const __m512 x = _mm512_mul_ps(_mm512_abs_ps(z), _mm512_set1_ps(0.70710678f));
    const __m512 bell = lanes::exp2(
        _mm512_mul_ps(_mm512_mul_ps(z, z), _mm512_set1_ps(-0.5f * 1.44269504f)));
    const __m512 below = _mm512_fmadd_ps(x, _mm512_set1_ps(0.3275911f), one);
    __m512 t = _mm512_rcp14_ps(below);
    t = _mm512_mul_ps(t, _mm512_fnmadd_ps(below, t, _mm512_set1_ps(2)));
    __m512 tail = _mm512_set1_ps(1.061405429f);
    tail = _mm512_fmadd_ps(tail, t, _mm512_set1_ps(-1.453152027f));
    tail = _mm512_fmadd_ps(tail, t, _mm512_set1_ps(1.421413741f));
    tail = _mm512_fmadd_ps(tail, t, _mm512_set1_ps(-0.284496736f));
    tail = _mm512_fmadd_ps(tail, t, _mm512_set1_ps(0.254829592f));
    // Half of 1 - erf(|x|): the share beyond |z|.
    tail = _mm512_mul_ps(_mm512_mul_ps(tail, t), _mm512_mul_ps(bell, _mm512_set1_ps(0.5f)));
    const __mmask16 negative = _mm512_cmp_ps_mask(z, _mm512_setzero_ps(), _CMP_LT_OQ);
    return {_mm512_mask_blend_ps(negative, _mm512_sub_ps(one, tail), tail),
            _mm512_mul_ps(bell, _mm512_set1_ps(0.39894228f))};
}

LANES_KERNEL void forward_rows(const uint16_t *x, uint16_t *y, int64_t rows, int64_t width) {
    for (int64_t n = 0; n < rows; ++n, x += 2 * width, y += width)
        for (int64_t c = 0; c < width; c += 16) {
            const __mmask16 mask = first16(width - c);
            const __m512 z = load_bf16(x + width + c, mask);
            const __m512 gelu = _mm512_mul_ps(z, gate_at(z).share);
            _mm256_mask_storeu_epi16(y + c, mask,
                                     narrowed(_mm512_mul_ps(load_bf16(x + c, mask), gelu)));
        }
}

LANES_KERNEL void backward_rows(const uint16_t *x, const uint16_t *grad, uint16_t *grad_x,
                                int64_t rows, int64_t width) {
    for (int64_t n = 0; n < rows; ++n, x += 2 * width, grad_x += 2 * width, grad += width)
        for (int64_t c = 0; c < width; c += 16) {
            const __mmask16 mask = first16(width - c);
            const __m512 a = load_bf16(x + c, mask), z = load_bf16(x + width + c, mask);
            const __m512 change = load_bf16(grad + c, mask);
            const Gate gate = gate_at(z);
            const __m512 slope = _mm512_fmadd_ps(z, gate.density, gate.share);
            _mm256_mask_storeu_epi16(
                grad_x + c, mask,
                narrowed(_mm512_mul_ps(change, _mm512_mul_ps(z, gate.share))));
            _mm256_mask_storeu_epi16(grad_x + width + c, mask,
                                     narrowed(_mm512_mul_ps(change, _mm512_mul_ps(a, slope))));
        }
}

#endif

at::Tensor forward(const at::Tensor &x) {
    auto sizes = x.sizes().vec();
    const int64_t width = sizes.back() /= 2;
    auto y = at::empty(sizes, x.options());
#if defined(__x86_64__)
    each_rows(y.numel() / width, width, [&](int64_t first, int64_t rows) {
        forward_rows(words(x) + first * 2 * width, words(y) + first * width, rows, width);
    });
#endif
    return y;
}

struct GEGLUFunction : torch::autograd::Function<GEGLUFunction> {
    static at::Tensor forward(AutogradContext *context, const at::Tensor &x) {
        context->save_for_backward({x});
        return kernels::forward(x);
    }

    static variable_list backward(AutogradContext *context, variable_list grads) {
        differentiate_once();
        const auto x = context->get_saved_variables()[0];
        const auto grad = grads[0].to(at::kBFloat16).contiguous();
        auto grad_x = at::empty_like(x, at::MemoryFormat::Contiguous);
        const int64_t width = grad.size(-1);
#if defined(__x86_64__)
        each_rows(grad.numel() / width, width, [&](int64_t first, int64_t rows) {
            backward_rows(words(x) + first * 2 * width, words(grad) + first * width,
                          words(grad_x) + first * 2 * width, rows, width);
        });
#endif
        return {grad_x};
    }
};

at::Tensor geglu(const at::Tensor &x) {
    if (ck_enabled() && fits(x) && x.dim() > 0 && x.size(-1) % 2 == 0 && x.numel() > 0
        && x.is_contiguous())
        return learns({x}) ? GEGLUFunction::apply(x) : forward(x);
    const auto halves = x.chunk(2, -1);
    return halves[0] * at::gelu(halves[1]);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(likeness, library) { library.def("geglu(Tensor x) -> Tensor", geglu); }

}  // namespace kernels
