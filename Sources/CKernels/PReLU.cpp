// likeness::prelu: x where positive, else a learned slope a channel. He et al. 2015.
//
// libtorch's backward pass takes longer than the convolution before it: it is not vectorised.
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>

#include "Kernels.h"
#include "Lanes.h"
#include "Parallel.h"

namespace kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

#if defined(__x86_64__)

using namespace lanes;

LANES_KERNEL void forward_rows(const uint16_t *x, const float *slopes, uint16_t *y, int64_t rows,
                               int64_t channels) {
    for (int64_t n = 0; n < rows; ++n, x += channels, y += channels)
        for (int64_t c = 0; c < channels; c += 16) {
            const __mmask16 mask = first16(channels - c);
            const __m512 value = load_bf16(x + c, mask);
            const __mmask16 low = _mm512_cmp_ps_mask(value, _mm512_setzero_ps(), _CMP_LE_OQ);
            const __m512 slope = _mm512_maskz_loadu_ps(mask, slopes + c);
            _mm256_mask_storeu_epi16(y + c, mask,
                                     narrowed(_mm512_mask_mul_ps(value, low, value, slope)));
        }
}

// Adds each channel's share of the slopes' gradient to `sums`.
LANES_KERNEL void backward_rows(const uint16_t *x, const float *slopes, const uint16_t *grad,
                                uint16_t *grad_x, float *sums, int64_t rows, int64_t channels) {
    for (int64_t c = 0; c < channels; c += 16) {
        const __mmask16 mask = first16(channels - c);
        const __m512 slope = _mm512_maskz_loadu_ps(mask, slopes + c);
        __m512 sum = _mm512_maskz_loadu_ps(mask, sums + c);
        for (int64_t n = 0; n < rows; ++n) {
            const int64_t place = n * channels + c;
            const __m512 value = load_bf16(x + place, mask);
            const __m512 change = load_bf16(grad + place, mask);
            const __mmask16 low = _mm512_cmp_ps_mask(value, _mm512_setzero_ps(), _CMP_LE_OQ);
            sum = _mm512_mask3_fmadd_ps(value, change, sum, low);
            _mm256_mask_storeu_epi16(grad_x + place, mask,
                                     narrowed(_mm512_mask_mul_ps(change, low, change, slope)));
        }
        _mm512_mask_storeu_ps(sums + c, mask, sum);
    }
}

#endif

// Rows of channels side by side: [B, C], or a picture that lies channels last.
bool fits_channels(const at::Tensor &x) {
    if (!fits(x) || x.numel() == 0) return false;
    if (x.dim() == 2) return x.is_contiguous();
    return x.dim() == 4 && x.is_contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor like(const at::Tensor &x) {
    return at::empty_like(
        x, x.dim() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
}

at::Tensor forward(const at::Tensor &x, const at::Tensor &weight) {
    auto y = like(x);
    const auto slopes = floats(weight);
    const int64_t channels = x.size(1);
#if defined(__x86_64__)
    each_rows(x.numel() / channels, channels, [&](int64_t first, int64_t rows) {
        forward_rows(words(x) + first * channels, slopes.data_ptr<float>(),
                     words(y) + first * channels, rows, channels);
    });
#endif
    return y;
}

struct PReLUFunction : torch::autograd::Function<PReLUFunction> {
    static at::Tensor forward(AutogradContext *context, const at::Tensor &x,
                              const at::Tensor &weight) {
        context->save_for_backward({x, weight});
        return kernels::forward(x, weight);
    }

    static variable_list backward(AutogradContext *context, variable_list grads) {
        differentiate_once();
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &weight = saved[1];
        const auto grad = grads[0].to(at::kBFloat16).contiguous(
            x.dim() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
        const auto slopes = floats(weight);
        auto grad_x = like(x);
        const int64_t channels = x.size(1), rows = x.numel() / channels;
        const int64_t step = std::max<int64_t>(1, 32768 / channels);
        // A fixed number of parts, so that sums do not depend on how many threads there are.
        const int64_t parts = std::min<int64_t>(16, (rows + step - 1) / step);
        const int64_t share = (rows + parts - 1) / parts;
        auto sums = at::zeros({parts, channels}, weight.options().dtype(at::kFloat));
#if defined(__x86_64__)
        each(parts, [&](int64_t part) {
            const int64_t last = std::min((part + 1) * share, rows);
            for (int64_t n = part * share; n < last; n += step)
                backward_rows(words(x) + n * channels, slopes.data_ptr<float>(),
                              words(grad) + n * channels, words(grad_x) + n * channels,
                              sums.data_ptr<float>() + part * channels, std::min(step, last - n),
                              channels);
        });
#endif
        return {grad_x, sums.sum(0).to(weight.scalar_type())};
    }
};

at::Tensor prelu(const at::Tensor &x, const at::Tensor &weight) {
    if (!ck_enabled() || !fits_channels(x) || weight.dim() != 1 || weight.numel() != x.size(1))
        return at::prelu(x, weight);
    return learns({x, weight}) ? PReLUFunction::apply(x, weight) : forward(x, weight);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(likeness, library) {
    library.def("prelu(Tensor x, Tensor weight) -> Tensor", prelu);
}

}  // namespace kernels
