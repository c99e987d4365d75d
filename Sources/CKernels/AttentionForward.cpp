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
    Scratch<int32_t> queries, weights;
    Scratch<float> scores, result;
};
thread_local ForwardScratch forward_scratch;

// Scores [keys, 64] to weights: pairs of keys [keys / 2, 64]; `maximum` and `sum` run along, and
// `result` [width, 64] is brought to the new maximum.
LANES_KERNEL void soften(float *scores, const float *bias, int64_t keys, float scale, float *maximum,
                         float *sum, float *result, int64_t width, bool first, int32_t *weights) {
    const __m512 factor = _mm512_set1_ps(scale * 1.44269504f);
    for (int64_t z = 0; z < block; z += 16) {
        __m512 top = _mm512_set1_ps(-INFINITY);
        for (int64_t j = 0; j < keys; ++j) {
            __m512 score = _mm512_mul_ps(_mm512_loadu_ps(scores + j * block + z), factor);
            if (bias) {
                score = _mm512_add_ps(score, _mm512_set1_ps(bias[j] * 1.44269504f));
                _mm512_storeu_ps(scores + j * block + z, score);
            }
            top = _mm512_max_ps(top, score);
        }
        const __m512 before = _mm512_loadu_ps(maximum + z);
        top = first ? top : _mm512_max_ps(top, before);
        _mm512_storeu_ps(maximum + z, top);
        __m512 total = _mm512_setzero_ps();
        if (!first) {
            const __m512 shrink = lanes::exp2(_mm512_sub_ps(before, top));
            total = _mm512_mul_ps(_mm512_loadu_ps(sum + z), shrink);
            for (int64_t d = 0; d < width; ++d) {
                float *place = result + d * block + z;
                _mm512_storeu_ps(place, _mm512_mul_ps(_mm512_loadu_ps(place), shrink));
            }
        }
        const __m512 one = bias ? _mm512_set1_ps(1) : factor;
        for (int64_t j = 0; j < keys; j += 2) {
            const float *row = scores + j * block + z;
            const __m512 a = exp2_below(_mm512_fmsub_ps(_mm512_loadu_ps(row), one, top));
            __m512 b = _mm512_setzero_ps();
            if (j + 1 < keys)
                b = exp2_below(_mm512_fmsub_ps(_mm512_loadu_ps(row + block), one, top));
            total = _mm512_add_ps(total, _mm512_add_ps(a, b));
            _mm512_storeu_si512(weights + j / 2 * block + z, paired(a, b));
        }
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
    int32_t *weights = scratch.weights.of(key_block / 2 * block);
    float *scores = scratch.scores.of(key_block * block);
    float *result = scratch.result.of(padded * block);
    alignas(64) float maximum[block], sum[block];
    pack_across(q, q_row, queries, shape.width, packed);
    for (int64_t first = 0; first < shape.keys; first += key_block) {
        const int64_t keys = std::min(key_block, shape.keys - first);
        product_rows<4>(reinterpret_cast<const int32_t *>(k + first * k_row), k_row / 2, 1, packed,
                        block, pairs, scores, block, keys, false);
        soften(scores, bias ? bias + first : nullptr, keys, shape.scale, maximum, sum, result,
               shape.width, first == 0, weights);
        product_rows<4>(values + first / 2 * padded, 1, padded, weights, block, (keys + 1) / 2,
                        result, block, shape.width, first > 0);
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
