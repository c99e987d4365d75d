// The forward pass: scores of 64 queries at a time stand in the lanes, keys in rows, so that maxima
// and sums over keys need no step across lanes.
#include <algorithm>
#include <cmath>

#include "AttentionKernels.h"
#include "AttentionPacking.h"
#include "Kernels.h"
#include "Parallel.h"

#if defined(__x86_64__)

namespace kernels {
namespace {

using namespace lanes;
constexpr int64_t block = attention_block;  // queries
constexpr int64_t key_block = 96;

struct ForwardScratch {
    Scratch<int32_t> queries;
    Scratch<float> scores, result;
};
thread_local ForwardScratch forward_scratch;

// Scores of one lane of sixteen queries, in place: [keys, 64] numbers, keys even, to pairs of keys
// [keys / 2, 64]. Of each query `top` is the highest score times `factor`; gives the weights' sums.
LANES_FUNCTION __m512 exponentials(float *scores, int64_t keys, __m512 factor, __m512 top) {
    auto *weights = reinterpret_cast<int32_t *>(scores);
    __m512 total = _mm512_setzero_ps();
    for (int64_t j = 0; j < keys; j += 2) {
        const float *row = scores + j * block;
        const __m512 a = exp2_below(_mm512_fmsub_ps(_mm512_loadu_ps(row), factor, top));
        const __m512 b = exp2_below(_mm512_fmsub_ps(_mm512_loadu_ps(row + block), factor, top));
        total = _mm512_add_ps(total, _mm512_add_ps(a, b));
        _mm512_storeu_si512(weights + j / 2 * block, paired(a, b));
    }
    return total;
}

// Scores [keys, 64] to weights in their place: pairs of keys [(keys + 1) / 2, 64]; there is room for
// one more key. `maximum` and `sum` run along, and `result` [width, 64] is brought to the new maximum.
LANES_KERNEL void soften(float *scores, const float *bias, int64_t keys, float scale, float *maximum,
                         float *sum, float *result, int64_t width, bool first) {
    constexpr float log2e = 1.44269504f;
    const __m512 lowest = _mm512_set1_ps(-INFINITY);
    for (int64_t z = 0; bias && z < block; z += 16)
        for (int64_t j = 0; j < keys; ++j) {
            float *place = scores + j * block + z;
            _mm512_storeu_ps(place, _mm512_fmadd_ps(_mm512_loadu_ps(place), _mm512_set1_ps(scale),
                                                    _mm512_set1_ps(bias[j])));
        }
    const __m512 factor = _mm512_set1_ps(bias ? log2e : scale * log2e);
    if (keys % 2) {
        for (int64_t z = 0; z < block; z += 16) _mm512_storeu_ps(scores + keys * block + z, lowest);
        ++keys;
    }
    for (int64_t z = 0; z < block; z += 16) {
        __m512 even = lowest, odd = lowest;
        for (int64_t j = 0; j < keys; j += 2) {
            even = _mm512_max_ps(even, _mm512_loadu_ps(scores + j * block + z));
            odd = _mm512_max_ps(odd, _mm512_loadu_ps(scores + (j + 1) * block + z));
        }
        __m512 top = _mm512_mul_ps(_mm512_max_ps(even, odd), factor), total = _mm512_setzero_ps();
        if (!first) {
            const __m512 before = _mm512_loadu_ps(maximum + z);
            total = _mm512_loadu_ps(sum + z);
            // Soon no block of keys has a higher score than those before it.
            if (_mm512_cmp_ps_mask(top, before, _CMP_GT_OQ)) {
                top = _mm512_max_ps(top, before);
                const __m512 shrink = lanes::exp2(_mm512_sub_ps(before, top));
                total = _mm512_mul_ps(total, shrink);
                for (int64_t d = 0; d < width; ++d) {
                    float *place = result + d * block + z;
                    _mm512_storeu_ps(place, _mm512_mul_ps(_mm512_loadu_ps(place), shrink));
                }
            } else {
                top = before;
            }
        }
        _mm512_storeu_ps(maximum + z, top);
        total = _mm512_add_ps(total, exponentials(scores + z, keys, factor, top));
        _mm512_storeu_ps(sum + z, total);
    }
}

LANES_KERNEL void pack_values(const uint16_t *v, int64_t row, int64_t keys, int64_t width,
                              int32_t *to) {
    pack_along(v, row, keys, width, to);
}

// 64 queries of one head. `values` are pairs of keys, [keys / 2, padded width].
LANES_KERNEL void forward_block(const AttentionShape &shape, const uint16_t *q, int64_t q_row,
                                const uint16_t *k, int64_t k_row, const int32_t *values,
                                const float *bias, int64_t queries, uint16_t *out, int64_t out_row,
                                float *sums) {
    const int64_t pairs = shape.width / 2, padded = padded_width(shape.width);
    auto &scratch = forward_scratch;
    int32_t *packed = scratch.queries.of(pairs * block);
    float *scores = scratch.scores.of(key_block * block);
    float *result = scratch.result.of(padded * block);
    alignas(64) float maximum[block], sum[block];
    pack_across(q, q_row, queries, shape.width, packed);
    for (int64_t first = 0; first < shape.keys; first += key_block) {
        const int64_t keys = std::min(key_block, shape.keys - first);
        product_rows<4>(reinterpret_cast<const int32_t *>(k + first * k_row), k_row / 2, 1, packed,
                        block, pairs, scores, block, keys, false);
        soften(scores, bias ? bias + first : nullptr, keys, shape.scale, maximum, sum, result,
               shape.width, first == 0);
        product_rows<4>(values + first / 2 * padded, 1, padded,
                        reinterpret_cast<const int32_t *>(scores), block, (keys + 1) / 2, result,
                        block, shape.width, first > 0);
    }
    for (int64_t z = 0; z < block; z += 16) {
        const __m512 total = _mm512_loadu_ps(sum + z);
        const __m512 share = _mm512_div_ps(_mm512_set1_ps(1), total);
        for (int64_t d = 0; d < shape.width; ++d) {
            float *place = result + d * block + z;
            _mm512_storeu_ps(place, _mm512_mul_ps(_mm512_loadu_ps(place), share));
        }
    }
    unpack_across(result, queries, shape.width, 1, out, out_row);
    if (sums)
        for (int64_t n = 0; n < queries; ++n) sums[n] = maximum[n] + std::log2(sum[n]);
}

}  // namespace

void attention_forward(const AttentionShape &shape, Rows q, Rows k, Rows v, Rows out, float *sums) {
    const int64_t all = shape.batch * shape.heads, padded = padded_width(shape.width);
    const int64_t pairs = (shape.keys + 1) / 2;
    const auto values = at::empty({all, pairs, padded}, at::kInt);
    int32_t *packed = values.data_ptr<int32_t>();
    each(all, [&](int64_t i) {
        pack_values(v.at(i / shape.heads, i % shape.heads), v.row, shape.keys, shape.width,
                    packed + i * pairs * padded);
    });
    const int64_t blocks = (shape.queries + block - 1) / block;
    each(all * blocks, [&](int64_t item) {
        const int64_t i = item / blocks, first = item % blocks * block;
        const int64_t b = i / shape.heads, h = i % shape.heads;
        forward_block(shape, q.at(b, h) + first * q.row, q.row, k.at(b, h), k.row,
                      packed + i * pairs * padded, shape.bias(b),
                      std::min(block, shape.queries - first), out.at(b, h) + first * out.row,
                      out.row, sums ? sums + i * shape.queries + first : nullptr);
    });
}

}  // namespace kernels

#endif
