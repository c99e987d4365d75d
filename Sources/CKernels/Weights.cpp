// Weights on their way from a file to where the networks read them: likeness::copy_ converts float16
// to bfloat16, likeness::channels_last lays convolutions' weights out. libtorch's own loops for both go
// element by element, and a model of a gigabyte waits for them.
#include <torch/library.h>

#include "Kernels.h"
#include "Lanes.h"
#include "Parallel.h"

namespace kernels {
namespace {

#if defined(__x86_64__)

using namespace lanes;

// Every float16 is a float32, and none of those is too small for the lanes' rounding.
LANES_KERNEL void halves_to_bf16(const uint16_t *from, uint16_t *to, int64_t count) {
    for (int64_t i = 0; i < count; i += 16) {
        const __mmask16 mask = first16(count - i);
        const __m512 x = _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, from + i));
        _mm256_mask_storeu_epi16(to + i, mask, narrowed(x));
    }
}

#endif

// [channels, taps] to [taps, channels].
void turn(const uint16_t *from, int64_t channels, int64_t taps, uint16_t *to) {
    for (int64_t tap = 0; tap < taps; ++tap)
        for (int64_t c = 0; c < channels; ++c) to[tap * channels + c] = from[c * taps + tap];
}

at::Tensor copy(const at::Tensor &to, const at::Tensor &from) {
    at::Tensor result = to;
#if defined(__x86_64__)
    if (ck_enabled() && fits(to) && from.is_cpu() && from.layout() == at::kStrided
        && from.scalar_type() == at::kHalf && from.sizes() == to.sizes() && from.is_contiguous()
        && to.is_contiguous() && !learns({to, from})) {
        const auto *source = reinterpret_cast<const uint16_t *>(from.const_data_ptr<at::Half>());
        each_rows(to.numel(), 1, [&](int64_t first, int64_t count) {
            halves_to_bf16(source + first, words(to) + first, count);
        });
        // As every operator that writes does: what was made of the old weights is made again.
        if (!to.is_inference()) to.unsafeGetTensorImpl()->bump_version();
        return result;
    }
#endif
    return result.copy_(from);
}

at::Tensor channels_last(const at::Tensor &x) {
    if (!ck_enabled() || !fits(x) || x.dim() != 4 || !x.is_contiguous() || learns({x})
        || x.is_contiguous(at::MemoryFormat::ChannelsLast))
        return x.contiguous(at::MemoryFormat::ChannelsLast);
    const auto y = at::empty_like(x, at::MemoryFormat::ChannelsLast);
    const int64_t channels = x.size(1), taps = x.size(2) * x.size(3), row = channels * taps;
    each_rows(x.size(0), row, [&](int64_t first, int64_t count) {
        for (int64_t n = first; n < first + count; ++n)
            turn(words(x) + n * row, channels, taps, words(y) + n * row);
    });
    return y;
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(likeness, library) {
    library.def("copy_(Tensor(a!) to, Tensor other) -> Tensor(a!)", copy);
    library.def("channels_last(Tensor x) -> Tensor", channels_last);
}

}  // namespace kernels
