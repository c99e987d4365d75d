// likeness::depthwise_conv: a filter a channel, in steps of two and more, as networks for small
// machines shrink their pictures.
//
// Forward and the filters' gradient are libtorch's. Its gradient of the picture in bf16 takes 30 to 70
// times as long as the forward pass with a stride; here every pixel gathers what it was seen by.
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

// Sizes of a picture, of what a filter makes of it, and of the filter.
struct Shape {
    int64_t channels, height, width, out_height, out_width, kernel, stride, padding;
};

#if defined(__x86_64__)

using namespace lanes;

// One row of the picture's gradient: grad is [out_height, out_width, C] of the same picture, filters
// [kernel, kernel, C].
LANES_KERNEL void gather_row(const Shape &s, int64_t y, const uint16_t *grad, const float *filters,
                             uint16_t *row) {
    for (int64_t x = 0; x < s.width; ++x)
        for (int64_t c = 0; c < s.channels; c += 16) {
            const __mmask16 mask = first16(s.channels - c);
            __m512 sum = _mm512_setzero_ps();
            for (int64_t ky = 0; ky < s.kernel; ++ky) {
                const int64_t down = y + s.padding - ky;
                if (down < 0 || down % s.stride != 0 || down / s.stride >= s.out_height) continue;
                for (int64_t kx = 0; kx < s.kernel; ++kx) {
                    const int64_t across = x + s.padding - kx;
                    if (across < 0 || across % s.stride != 0 || across / s.stride >= s.out_width)
                        continue;
                    const int64_t seen = down / s.stride * s.out_width + across / s.stride;
                    sum = _mm512_fmadd_ps(
                        load_bf16(grad + seen * s.channels + c, mask),
                        _mm512_maskz_loadu_ps(mask, filters + (ky * s.kernel + kx) * s.channels + c),
                        sum);
                }
            }
            _mm256_mask_storeu_epi16(row + x * s.channels + c, mask, narrowed(sum));
        }
}

#endif

at::Tensor gathered(const at::Tensor &grad, const at::Tensor &x, const at::Tensor &weight,
                    int64_t stride, int64_t padding) {
    auto result = at::empty_like(x, at::MemoryFormat::ChannelsLast);
    // [C, 1, k, k] to [k, k, C].
    const auto filters = floats(weight.squeeze(1).permute({1, 2, 0}));
    const Shape s{x.size(1),    x.size(2),      x.size(3), grad.size(2),
                  grad.size(3), weight.size(2), stride,    padding};
#if defined(__x86_64__)
    each(x.size(0) * s.height, [&](int64_t row) {
        const int64_t picture = row / s.height;
        gather_row(s, row % s.height,
                   words(grad) + picture * s.out_height * s.out_width * s.channels,
                   filters.data_ptr<float>(), words(result) + row * s.width * s.channels);
    });
#endif
    return result;
}

struct DepthwiseFunction : torch::autograd::Function<DepthwiseFunction> {
    static at::Tensor forward(AutogradContext *context, const at::Tensor &x,
                              const at::Tensor &weight, int64_t stride, int64_t padding) {
        context->save_for_backward({x, weight});
        context->saved_data["stride"] = stride;
        context->saved_data["padding"] = padding;
        // Cast here: autocast would keep a cast of which no graph is recorded.
        return at::conv2d(x, weight.detach().to(x.scalar_type()), {}, {stride, stride},
                          {padding, padding}, {1, 1}, x.size(1));
    }

    static variable_list backward(AutogradContext *context, variable_list grads) {
        differentiate_once();
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &weight = saved[1];
        const int64_t stride = context->saved_data["stride"].toInt();
        const int64_t padding = context->saved_data["padding"].toInt();
        const auto grad = grads[0].to(at::kBFloat16).contiguous(at::MemoryFormat::ChannelsLast);
        const auto filters = std::get<1>(at::convolution_backward(
            grad, x, weight.to(at::kBFloat16), std::nullopt, {stride, stride}, {padding, padding},
            {1, 1}, false, {0, 0}, x.size(1), {false, true, false}));
        return {gathered(grad, x, weight, stride, padding), filters.to(weight.scalar_type()),
                at::Tensor(), at::Tensor()};
    }
};

at::Tensor depthwise_conv(const at::Tensor &x, const at::Tensor &weight, int64_t stride,
                          int64_t padding) {
    const bool ours = ck_enabled() && fits(x) && x.dim() == 4 && x.numel() > 0
        && x.is_contiguous(at::MemoryFormat::ChannelsLast) && weight.dim() == 4
        && weight.size(0) == x.size(1) && weight.size(1) == 1
        && weight.size(2) == weight.size(3) && stride > 1 && learns({x});
    if (ours) return DepthwiseFunction::apply(x, weight, stride, padding);
    return at::conv2d(x, weight, {}, {stride, stride}, {padding, padding}, {1, 1}, x.size(1));
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(likeness, library) {
    library.def("depthwise_conv(Tensor x, Tensor weight, int stride, int padding) -> Tensor",
                depthwise_conv);
}

}  // namespace kernels
