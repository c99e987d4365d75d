#include "NormKernels.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "Kernels.h"
#include "Lanes.h"
#include "Parallel.h"

#if defined(__x86_64__)

namespace kernels {
namespace {

using namespace lanes;

// One picture's pixels first ..< last. Parts and tiles follow from the shape alone, so that sums depend
// neither on how many threads there are nor on what else is in the batch.
struct Part {
    int64_t picture, number, first, last;
};

// So many pixels at a time that strips beside each other read them from the cache.
int64_t tile_of(const NormShape &shape) { return std::max<int64_t>(16, 32768 / shape.channels); }

int64_t parts_of(const NormShape &shape) {
    const int64_t tile = tile_of(shape);
    return std::min<int64_t>(64, (shape.pixels + tile - 1) / tile);
}

// Calls body(part) for all parts of all pictures, each some whole tiles, on all threads.
template <class Body>
void each_part(const NormShape &shape, Body body) {
    const int64_t parts = parts_of(shape), tile = tile_of(shape);
    const int64_t tiles = (shape.pixels + tile - 1) / tile;
    each(shape.batch * parts, [&](int64_t item) {
        const int64_t number = item % parts;
        body(Part{item / parts, number, number * tiles / parts * tile,
                  std::min((number + 1) * tiles / parts * tile, shape.pixels)});
    });
}

// Calls body(first pixel, pixels, first channel, n) for strips of a part's tiles: n times 16 channels, n a
// constant up to 4.
template <class Body>
void each_strip(const NormShape &shape, const Part &part, Body body) {
    const int64_t tile = tile_of(shape);
    for (int64_t p = part.first; p < part.last; p += tile) {
        const int64_t pixels = std::min(tile, part.last - p);
        for (int64_t c = 0; c < shape.channels; c += 64)
            switch (std::min<int64_t>(4, (shape.channels - c + 15) / 16)) {
                case 1: body(p, pixels, c, std::integral_constant<int, 1>()); break;
                case 2: body(p, pixels, c, std::integral_constant<int, 2>()); break;
                case 3: body(p, pixels, c, std::integral_constant<int, 3>()); break;
                default: body(p, pixels, c, std::integral_constant<int, 4>());
            }
    }
}

// Which lanes of a strip are channels, and numbers of them.
template <int strip>
struct Masks {
    __mmask16 lane[strip];
};
template <int strip>
struct Numbers {
    __m512 lane[strip];
};

template <int strip>
LANES_FUNCTION Masks<strip> masks_of(int64_t channels) {
    Masks<strip> masks;
    for (int z = 0; z < strip; ++z) masks.lane[z] = first16(channels - 16 * z);
    return masks;
}
template <int strip>
LANES_FUNCTION Numbers<strip> load(const float *from, const Masks<strip> &masks) {
    Numbers<strip> numbers;
    for (int z = 0; z < strip; ++z)
        numbers.lane[z] = _mm512_maskz_loadu_ps(masks.lane[z], from + 16 * z);
    return numbers;
}
template <int strip>
LANES_FUNCTION void store(float *to, const Masks<strip> &masks, const Numbers<strip> &numbers) {
    for (int z = 0; z < strip; ++z)
        _mm512_mask_storeu_ps(to + 16 * z, masks.lane[z], numbers.lane[z]);
}

// Adds the pixels' x to `sums` and their squares to `squares`: one strip, as all below, whose first
// pixel's `channels` are where the pointers point.
template <int strip>
LANES_KERNEL void sum_channels(const uint16_t *x, int64_t pixels, int64_t row, int64_t channels,
                               float *sums, float *squares) {
    const auto masks = masks_of<strip>(channels);
    auto sum = load(sums, masks), square = load(squares, masks);
    for (int64_t p = 0; p < pixels; ++p)
        for (int z = 0; z < strip; ++z) {
            const __m512 value = load_bf16(x + p * row + 16 * z, masks.lane[z]);
            sum.lane[z] = _mm512_add_ps(sum.lane[z], value);
            square.lane[z] = _mm512_fmadd_ps(value, value, square.lane[z]);
        }
    store(sums, masks, sum);
    store(squares, masks, square);
}

// y = factor x + offset, and SiLU of it.
template <bool Silu, int strip>
LANES_KERNEL void apply(const uint16_t *x, uint16_t *y, int64_t pixels, int64_t row,
                        int64_t channels, const float *factors, const float *offsets) {
    const auto masks = masks_of<strip>(channels);
    const auto factor = load(factors, masks), offset = load(offsets, masks);
    for (int64_t p = 0; p < pixels; ++p)
        for (int z = 0; z < strip; ++z) {
            const int64_t place = p * row + 16 * z;
            __m512 value = _mm512_fmadd_ps(load_bf16(x + place, masks.lane[z]), factor.lane[z],
                                           offset.lane[z]);
            if (Silu) value = _mm512_mul_ps(value, sigmoid(value));
            _mm256_mask_storeu_epi16(y + place, masks.lane[z], narrowed(value));
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

// Adds the pixels' gradients of the normalised value to `sums`, and these times x to `products`.
template <bool Silu, int strip>
LANES_KERNEL void sum_grads(const uint16_t *x, const uint16_t *grad, int64_t pixels, int64_t row,
                            int64_t channels, const float *factors, const float *offsets,
                            float *sums, float *products) {
    const auto masks = masks_of<strip>(channels);
    const auto factor = load(factors, masks), offset = load(offsets, masks);
    auto sum = load(sums, masks), product = load(products, masks);
    for (int64_t p = 0; p < pixels; ++p)
        for (int z = 0; z < strip; ++z) {
            const int64_t place = p * row + 16 * z;
            const __m512 value = load_bf16(x + place, masks.lane[z]);
            const __m512 change = through_silu<Silu>(load_bf16(grad + place, masks.lane[z]), value,
                                                     factor.lane[z], offset.lane[z]);
            sum.lane[z] = _mm512_add_ps(sum.lane[z], change);
            product.lane[z] = _mm512_fmadd_ps(change, value, product.lane[z]);
        }
    store(sums, masks, sum);
    store(products, masks, product);
}

// grad_x = factor * gradient of the normalised value + slope x + level
template <bool Silu, int strip>
LANES_KERNEL void apply_grads(const uint16_t *x, const uint16_t *grad, uint16_t *grad_x,
                              int64_t pixels, int64_t row, int64_t channels, const float *factors,
                              const float *offsets, const float *slopes, const float *levels) {
    const auto masks = masks_of<strip>(channels);
    const auto factor = load(factors, masks), offset = load(offsets, masks);
    const auto slope = load(slopes, masks), level = load(levels, masks);
    for (int64_t p = 0; p < pixels; ++p)
        for (int z = 0; z < strip; ++z) {
            const int64_t place = p * row + 16 * z;
            const __m512 value = load_bf16(x + place, masks.lane[z]);
            const __m512 change = through_silu<Silu>(load_bf16(grad + place, masks.lane[z]), value,
                                                     factor.lane[z], offset.lane[z]);
            const __m512 rest = _mm512_fmadd_ps(value, slope.lane[z], level.lane[z]);
            _mm256_mask_storeu_epi16(grad_x + place, masks.lane[z],
                                     narrowed(_mm512_fmadd_ps(change, factor.lane[z], rest)));
        }
}

struct NormScratch {
    Scratch<float> shares, lines;
};
// Of the thread that asks; others write to places in it.
thread_local NormScratch norm_scratch;

// Two sums of each channel over a picture's pixels, [batch, 2, channels], whatever they are of.
class Sums {
public:
    explicit Sums(const NormShape &shape)
        : parts(parts_of(shape)), row(2 * shape.channels),
          shares(norm_scratch.shares.of(shape.batch * parts * row)) {}

    // Of a part: [2, channels].
    float *of(const Part &part) const { return shares + (part.picture * parts + part.number) * row; }

    // All parts' of a picture, added up where the first part's were.
    const float *of(int64_t picture) const {
        float *total = shares + picture * parts * row;
        for (int64_t number = 1; number < parts; ++number)
            for (int64_t i = 0; i < row; ++i) total[i] += total[number * row + i];
        return total;
    }

private:
    int64_t parts, row;
    float *shares;
};

// y = factor x + offset, from a group's mean and 1 / deviation.
void factors_of(const NormShape &shape, const float *before, const float *means,
                const float *inverses, float *factors, float *offsets) {
    for (int64_t c = 0; c < shape.channels; ++c) {
        factors[c] = shape.weight[c] * inverses[c];
        offsets[c] = shape.bias[c] + ((before ? before[c] : 0) - means[c]) * factors[c];
    }
}

const float *before_of(const NormShape &shape, int64_t picture) {
    return shape.before ? shape.before + picture * shape.channels : nullptr;
}

template <bool Silu>
void forward(const NormShape &shape, const uint16_t *x, uint16_t *y, float *statistics) {
    const int64_t row = shape.channels, plane = shape.batch * row, size = row / shape.groups;
    const Sums found(shape);
    each_part(shape, [&](const Part &part) {
        float *sums = found.of(part), *squares = sums + row;
        std::fill_n(sums, 2 * row, 0.0f);
        const uint16_t *from = x + part.picture * shape.pixels * row;
        each_strip(shape, part, [&](int64_t p, int64_t pixels, int64_t c, auto strip) {
            sum_channels<strip>(from + p * row + c, pixels, row, row - c, sums + c, squares + c);
        });
    });
    float *lines = norm_scratch.lines.of(2 * plane);
    each(shape.batch, [&](int64_t picture) {
        const float *found_sums = found.of(picture), *squares = found_sums + row;
        float *sums = statistics + picture * row, *means = sums + plane, *inverses = means + plane;
        const float *before = before_of(shape, picture);
        const double count = static_cast<double>(shape.pixels * size);
        for (int64_t group = 0; group < row; group += size) {
            double sum = 0, square = 0;
            for (int64_t c = group; c < group + size; ++c) {
                const double more = before ? before[c] : 0;
                square += squares[c] + more * (2.0 * found_sums[c] + more * shape.pixels);
                sums[c] = found_sums[c] + static_cast<float>(more * shape.pixels);
                sum += sums[c];
            }
            const double mean = sum / count;
            const double variance = std::max(square / count - mean * mean, 0.0);
            for (int64_t c = group; c < group + size; ++c) {
                means[c] = static_cast<float>(mean);
                inverses[c] = static_cast<float>(1 / std::sqrt(variance + shape.eps));
            }
        }
        factors_of(shape, before, means, inverses, lines + 2 * picture * row,
                   lines + (2 * picture + 1) * row);
    });
    each_part(shape, [&](const Part &part) {
        const float *factors = lines + 2 * part.picture * row, *offsets = factors + row;
        const int64_t start = part.picture * shape.pixels * row;
        each_strip(shape, part, [&](int64_t p, int64_t pixels, int64_t c, auto strip) {
            const int64_t place = start + p * row + c;
            apply<Silu, strip>(x + place, y + place, pixels, row, row - c, factors + c, offsets + c);
        });
    });
}

template <bool Silu>
void backward(const NormShape &shape, const uint16_t *x, const float *statistics,
              const uint16_t *grad, uint16_t *grad_x, float *grads) {
    const int64_t row = shape.channels, plane = shape.batch * row, size = row / shape.groups;
    // Of each picture: factors, offsets, slopes, levels.
    float *lines = norm_scratch.lines.of(4 * plane);
    each(shape.batch, [&](int64_t picture) {
        const float *means = statistics + plane + picture * row, *inverses = means + plane;
        float *factors = lines + 4 * picture * row;
        factors_of(shape, before_of(shape, picture), means, inverses, factors, factors + row);
    });
    const Sums found(shape);
    each_part(shape, [&](const Part &part) {
        float *sums = found.of(part), *products = sums + row;
        std::fill_n(sums, 2 * row, 0.0f);
        const float *factors = lines + 4 * part.picture * row, *offsets = factors + row;
        const int64_t start = part.picture * shape.pixels * row;
        each_strip(shape, part, [&](int64_t p, int64_t pixels, int64_t c, auto strip) {
            const int64_t place = start + p * row + c;
            sum_grads<Silu, strip>(x + place, grad + place, pixels, row, row - c, factors + c,
                                   offsets + c, sums + c, products + c);
        });
    });
    each(shape.batch, [&](int64_t picture) {
        const float *found_sums = found.of(picture), *products = found_sums + row;
        const float *sums = statistics + picture * row, *means = sums + plane;
        const float *inverses = means + plane, *before = before_of(shape, picture);
        float *grad_weight = grads + picture * row, *grad_bias = grad_weight + plane;
        float *grad_before = grad_bias + plane;
        float *factors = lines + 4 * picture * row, *slopes = factors + 2 * row;
        float *levels = slopes + row;
        const double count = static_cast<double>(shape.pixels * size);
        for (int64_t group = 0; group < row; group += size) {
            const double mean = means[group], inverse = inverses[group];
            double level = 0, slope = 0;
            for (int64_t c = group; c < group + size; ++c) {
                grad_bias[c] = found_sums[c];
                // The sums were of x without what is added before it.
                const double shifted = products[c] + (before ? before[c] : 0) * grad_bias[c];
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
    });
    each_part(shape, [&](const Part &part) {
        const float *factors = lines + 4 * part.picture * row, *offsets = factors + row;
        const float *slopes = offsets + row, *levels = slopes + row;
        const int64_t start = part.picture * shape.pixels * row;
        each_strip(shape, part, [&](int64_t p, int64_t pixels, int64_t c, auto strip) {
            const int64_t place = start + p * row + c;
            apply_grads<Silu, strip>(x + place, grad + place, grad_x + place, pixels, row, row - c,
                                     factors + c, offsets + c, slopes + c, levels + c);
        });
    });
}

}  // namespace

void norm_forward(const NormShape &shape, const uint16_t *x, uint16_t *y, float *statistics) {
    (shape.silu ? forward<true> : forward<false>)(shape, x, y, statistics);
}

void norm_backward(const NormShape &shape, const uint16_t *x, const float *statistics,
                   const uint16_t *grad, uint16_t *grad_x, float *grads) {
    (shape.silu ? backward<true> : backward<false>)(shape, x, statistics, grad, grad_x, grads);
}

}  // namespace kernels

#endif
