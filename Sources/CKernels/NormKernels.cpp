#include "NormKernels.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "Kernels.h"
#include "Lanes.h"
#include "Parallel.h"

#if defined(__x86_64__)

namespace kernels {
namespace {

using namespace lanes;

// Channels c ..< c + 16 n of every pixel at once, the last ones masked.
constexpr int strip = 4;

// One picture's groups first ..< last.
struct Part {
    int64_t picture, first, last;
};

// So many parts that all threads have work, each some whole groups of one picture.
template <class Body>
void each_part(const NormShape &shape, Body body) {
    const int64_t threads = at::get_num_threads();
    int64_t splits = 1;
    while (shape.batch * splits < 2 * threads && splits * 2 <= shape.groups
           && shape.channels / (splits * 2) >= 16 * strip)
        splits *= 2;
    const int64_t groups = (shape.groups + splits - 1) / splits;
    each(shape.batch * splits, [&](int64_t item) {
        const int64_t first = item % splits * groups;
        const Part part{item / splits, first, std::min(first + groups, shape.groups)};
        if (part.first < part.last) body(part);
    });
}

// So many pixels at a time that the strips beside each other read them from the cache.
// Calls body(pixels before, pixels, whether these are the first).
template <class Body>
void each_tile(const NormShape &shape, Body body) {
    const int64_t tile = std::max<int64_t>(16, 32768 / shape.channels);
    for (int64_t p = 0; p < shape.pixels; p += tile)
        body(p, std::min(tile, shape.pixels - p), p == 0);
}

// Which lanes of a strip are channels, and numbers of them.
struct Masks {
    __mmask16 lane[strip];
};
struct Numbers {
    __m512 lane[strip];
};

LANES_FUNCTION Masks masks_of(int64_t channels) {
    Masks masks;
    for (int z = 0; z < strip; ++z) masks.lane[z] = first16(channels - 16 * z);
    return masks;
}
LANES_FUNCTION Numbers load(const float *from, const Masks &masks) {
    Numbers numbers;
    for (int z = 0; z < strip; ++z)
        numbers.lane[z] = _mm512_maskz_loadu_ps(masks.lane[z], from + 16 * z);
    return numbers;
}
LANES_FUNCTION Numbers zeros() {
    Numbers numbers;
    for (int z = 0; z < strip; ++z) numbers.lane[z] = _mm512_setzero_ps();
    return numbers;
}
LANES_FUNCTION void store(float *to, const Masks &masks, const Numbers &numbers) {
    for (int z = 0; z < strip; ++z)
        _mm512_mask_storeu_ps(to + 16 * z, masks.lane[z], numbers.lane[z]);
}

// Sums of x and of its squares over the pixels.
LANES_KERNEL void sum_channels(const uint16_t *x, int64_t pixels, int64_t row, int64_t begin,
                               int64_t end, bool first, float *sums, float *squares) {
    for (int64_t c = begin; c < end; c += 16 * strip) {
        const Masks masks = masks_of(end - c);
        Numbers sum = first ? zeros() : load(sums + c, masks);
        Numbers square = first ? zeros() : load(squares + c, masks);
        for (int64_t p = 0; p < pixels; ++p)
            for (int z = 0; z < strip; ++z) {
                const __m512 value = load_bf16(x + p * row + c + 16 * z, masks.lane[z]);
                sum.lane[z] = _mm512_add_ps(sum.lane[z], value);
                square.lane[z] = _mm512_fmadd_ps(value, value, square.lane[z]);
            }
        store(sums + c, masks, sum);
        store(squares + c, masks, square);
    }
}

// y = factor x + offset, and SiLU of it.
template <bool Silu>
LANES_KERNEL void apply(const uint16_t *x, uint16_t *y, int64_t pixels, int64_t row, int64_t begin,
                        int64_t end, const float *factors, const float *offsets) {
    for (int64_t c = begin; c < end; c += 16 * strip) {
        const Masks masks = masks_of(end - c);
        const Numbers factor = load(factors + c, masks), offset = load(offsets + c, masks);
        for (int64_t p = 0; p < pixels; ++p)
            for (int z = 0; z < strip; ++z) {
                const int64_t place = p * row + c + 16 * z;
                __m512 value =
                    _mm512_fmadd_ps(load_bf16(x + place, masks.lane[z]), factor.lane[z],
                                    offset.lane[z]);
                if (Silu) value = _mm512_mul_ps(value, sigmoid(value));
                _mm256_mask_storeu_epi16(y + place, masks.lane[z], narrowed(value));
            }
    }
}

// What reaches the normalised value: the gradient of SiLU at u = factor x + offset, times `grad`.
template <bool Silu>
LANES_FUNCTION __m512 through_silu(__m512 grad, __m512 x, __m512 factor, __m512 offset) {
    if (!Silu) return grad;
    const __m512 u = _mm512_fmadd_ps(x, factor, offset), s = sigmoid(u);
    // s (1 + u (1 - s))
    const __m512 one = _mm512_set1_ps(1);
    const __m512 slope = _mm512_mul_ps(s, _mm512_fmadd_ps(u, _mm512_sub_ps(one, s), one));
    return _mm512_mul_ps(grad, slope);
}

// Sums over the pixels of the normalised value's gradient, and of it times x.
template <bool Silu>
LANES_KERNEL void sum_grads(const uint16_t *x, const uint16_t *grad, int64_t pixels, int64_t row,
                            int64_t begin, int64_t end, bool first, const float *factors,
                            const float *offsets, float *sums, float *products) {
    for (int64_t c = begin; c < end; c += 16 * strip) {
        const Masks masks = masks_of(end - c);
        const Numbers factor = load(factors + c, masks), offset = load(offsets + c, masks);
        Numbers sum = first ? zeros() : load(sums + c, masks);
        Numbers product = first ? zeros() : load(products + c, masks);
        for (int64_t p = 0; p < pixels; ++p)
            for (int z = 0; z < strip; ++z) {
                const int64_t place = p * row + c + 16 * z;
                const __m512 value = load_bf16(x + place, masks.lane[z]);
                const __m512 change = through_silu<Silu>(load_bf16(grad + place, masks.lane[z]),
                                                         value, factor.lane[z], offset.lane[z]);
                sum.lane[z] = _mm512_add_ps(sum.lane[z], change);
                product.lane[z] = _mm512_fmadd_ps(change, value, product.lane[z]);
            }
        store(sums + c, masks, sum);
        store(products + c, masks, product);
    }
}

// grad_x = factor * gradient of the normalised value + slope x + level
template <bool Silu>
LANES_KERNEL void apply_grads(const uint16_t *x, const uint16_t *grad, uint16_t *grad_x,
                              int64_t pixels, int64_t row, int64_t begin, int64_t end,
                              const float *factors, const float *offsets, const float *slopes,
                              const float *levels) {
    for (int64_t c = begin; c < end; c += 16 * strip) {
        const Masks masks = masks_of(end - c);
        const Numbers factor = load(factors + c, masks), offset = load(offsets + c, masks);
        const Numbers slope = load(slopes + c, masks), level = load(levels + c, masks);
        for (int64_t p = 0; p < pixels; ++p)
            for (int z = 0; z < strip; ++z) {
                const int64_t place = p * row + c + 16 * z;
                const __m512 value = load_bf16(x + place, masks.lane[z]);
                const __m512 change = through_silu<Silu>(load_bf16(grad + place, masks.lane[z]),
                                                         value, factor.lane[z], offset.lane[z]);
                const __m512 rest = _mm512_fmadd_ps(value, slope.lane[z], level.lane[z]);
                _mm256_mask_storeu_epi16(grad_x + place, masks.lane[z],
                                         narrowed(_mm512_fmadd_ps(change, factor.lane[z], rest)));
            }
    }
}

struct NormScratch {
    Scratch<float> factors, offsets, slopes, levels;
};
thread_local NormScratch norm_scratch;

// y = factor x + offset, from a group's mean and 1 / deviation.
void factors_of(const NormShape &shape, const float *before, const float *means,
                const float *inverses, int64_t begin, int64_t end, float *factors,
                float *offsets) {
    for (int64_t c = begin; c < end; ++c) {
        factors[c] = shape.weight[c] * inverses[c];
        offsets[c] = shape.bias[c] + ((before ? before[c] : 0) - means[c]) * factors[c];
    }
}

}  // namespace

void norm_forward(const NormShape &shape, const uint16_t *x, uint16_t *y, float *statistics) {
    const int64_t plane = shape.batch * shape.channels, size = shape.channels / shape.groups;
    each_part(shape, [&](const Part &part) {
        const int64_t begin = part.first * size, end = part.last * size;
        float *sums = statistics + part.picture * shape.channels, *means = sums + plane;
        float *inverses = means + plane, *squares = inverses + plane;
        const float *before = shape.before ? shape.before + part.picture * shape.channels : nullptr;
        const int64_t start = part.picture * shape.pixels * shape.channels;
        const int64_t row = shape.channels;
        each_tile(shape, [&](int64_t p, int64_t pixels, bool first) {
            sum_channels(x + start + p * row, pixels, row, begin, end, first, sums, squares);
        });
        const double count = static_cast<double>(shape.pixels * size);
        for (int64_t group = begin; group < end; group += size) {
            double sum = 0, square = 0;
            for (int64_t c = group; c < group + size; ++c) {
                const double more = before ? before[c] : 0;
                square += squares[c] + more * (2.0 * sums[c] + more * shape.pixels);
                sums[c] += static_cast<float>(more * shape.pixels);
                sum += sums[c];
            }
            const double mean = sum / count;
            const double variance = std::max(square / count - mean * mean, 0.0);
            for (int64_t c = group; c < group + size; ++c) {
                means[c] = static_cast<float>(mean);
                inverses[c] = static_cast<float>(1 / std::sqrt(variance + shape.eps));
            }
        }
        float *factors = norm_scratch.factors.of(shape.channels);
        float *offsets = norm_scratch.offsets.of(shape.channels);
        factors_of(shape, before, means, inverses, begin, end, factors, offsets);
        each_tile(shape, [&](int64_t p, int64_t pixels, bool) {
            (shape.silu ? apply<true> : apply<false>)(x + start + p * row, y + start + p * row,
                                                      pixels, row, begin, end, factors, offsets);
        });
    });
}

void norm_backward(const NormShape &shape, const uint16_t *x, const float *statistics,
                   const uint16_t *grad, uint16_t *grad_x, float *grads) {
    const int64_t plane = shape.batch * shape.channels, size = shape.channels / shape.groups;
    each_part(shape, [&](const Part &part) {
        const int64_t begin = part.first * size, end = part.last * size;
        const int64_t offset = part.picture * shape.channels;
        const float *sums = statistics + offset, *means = sums + plane, *inverses = means + plane;
        const float *before = shape.before ? shape.before + offset : nullptr;
        float *grad_weight = grads + offset, *grad_bias = grad_weight + plane;
        float *grad_before = grad_bias + plane;
        float *factors = norm_scratch.factors.of(shape.channels);
        float *offsets = norm_scratch.offsets.of(shape.channels);
        float *slopes = norm_scratch.slopes.of(shape.channels);
        float *levels = norm_scratch.levels.of(shape.channels);
        factors_of(shape, before, means, inverses, begin, end, factors, offsets);
        const int64_t start = part.picture * shape.pixels * shape.channels;
        const int64_t row = shape.channels;
        each_tile(shape, [&](int64_t p, int64_t pixels, bool first) {
            (shape.silu ? sum_grads<true> : sum_grads<false>)(
                x + start + p * row, grad + start + p * row, pixels, row, begin, end, first,
                factors, offsets, grad_bias, grad_weight);
        });
        const double count = static_cast<double>(shape.pixels * size);
        for (int64_t group = begin; group < end; group += size) {
            const double mean = means[group], inverse = inverses[group];
            double level = 0, slope = 0;
            for (int64_t c = group; c < group + size; ++c) {
                // The sums were of x without what is added before it.
                const double shifted = grad_weight[c] + (before ? before[c] : 0) * grad_bias[c];
                grad_weight[c] = static_cast<float>((shifted - mean * grad_bias[c]) * inverse);
                level += static_cast<double>(shape.weight[c]) * grad_bias[c];
                slope += static_cast<double>(shape.weight[c]) * grad_weight[c];
            }
            // grad_x = inverse (weight du - level / n - normalised slope / n)
            const double along = -inverse * inverse * slope / count;
            const double base = -mean * along - inverse * level / count;
            for (int64_t c = group; c < group + size; ++c) {
                slopes[c] = static_cast<float>(along);
                levels[c] = static_cast<float>(base + along * (before ? before[c] : 0));
                grad_before[c] = static_cast<float>(
                    static_cast<double>(factors[c]) * grad_bias[c] + along * sums[c]
                    + base * shape.pixels);
            }
        }
        each_tile(shape, [&](int64_t p, int64_t pixels, bool) {
            const int64_t place = start + p * row;
            (shape.silu ? apply_grads<true> : apply_grads<false>)(
                x + place, grad + place, grad_x + place, pixels, row, begin, end, factors, offsets,
                slopes, levels);
        });
    });
}

}  // namespace kernels

#endif
