// The backward pass: weights are made again from the scores and the forward's sums, so that nothing
// of size queries x keys is ever stored.
#include <algorithm>

#include "AttentionKernels.h"
#include "AttentionPacking.h"
#include "Kernels.h"
#include "Parallel.h"

#if defined(__x86_64__)

namespace kernels {
namespace {

using namespace lanes;
constexpr int64_t block = attention_block;  // queries
constexpr int64_t key_block = 64;

struct BackwardScratch {
    Scratch<int32_t> q_across, grad_across, q_along, grad_along, keys, change_pairs;
    Scratch<uint16_t> weights, changes;
    Scratch<float> scores, pulls, grad_q, grad_k, grad_v;
};
thread_local BackwardScratch backward_scratch;

// sum over d of out * grad, for up to 64 rows.
LANES_KERNEL void row_products(const uint16_t *out, int64_t out_row, const uint16_t *grad,
                               int64_t grad_row, int64_t rows, int64_t width, float *to) {
    for (int64_t n = 0; n < block; ++n) {
        __m512 sum = _mm512_setzero_ps();
        for (int64_t d = 0; n < rows && d < width; d += 16) {
            const __mmask16 mask = first16(width - d);
            sum = _mm512_fmadd_ps(load_bf16(out + n * out_row + d, mask),
                                  load_bf16(grad + n * grad_row + d, mask), sum);
        }
        to[n] = _mm512_reduce_add_ps(sum);
    }
}

// Scores and their pulls [keys, 64] to the weights P and the scores' gradients P (pull - mean):
// both as rows of bf16 [keys, 64], the second also as pairs of keys [keys / 2, 64].
LANES_KERNEL void differentiate(const float *scores, const float *pulls, const float *bias,
                                int64_t keys, float scale, const float *sums, const float *means,
                                uint16_t *weights, uint16_t *changes, int32_t *change_pairs) {
    const __m512 factor = _mm512_set1_ps(scale * 1.44269504f);
    for (int64_t z = 0; z < block; z += 16) {
        const __m512 sum = _mm512_loadu_ps(sums + z), mean = _mm512_loadu_ps(means + z);
        for (int64_t j = 0; j < keys; j += 2) {
            __m512 change[2] = {_mm512_setzero_ps(), _mm512_setzero_ps()};
            for (int64_t i = j; i < j + 2 && i < keys; ++i) {
                const __m512 offset =
                    bias ? _mm512_sub_ps(sum, _mm512_set1_ps(bias[i] * 1.44269504f)) : sum;
                const __m512 weight = lanes::exp2(_mm512_fmsub_ps(
                    _mm512_loadu_ps(scores + i * block + z), factor, offset));
                change[i - j] = _mm512_mul_ps(
                    weight, _mm512_sub_ps(_mm512_loadu_ps(pulls + i * block + z), mean));
                _mm256_storeu_si256((__m256i *)(weights + i * block + z), narrowed(weight));
                _mm256_storeu_si256((__m256i *)(changes + i * block + z), narrowed(change[i - j]));
            }
            _mm512_storeu_si512(change_pairs + j / 2 * block + z, paired(change[0], change[1]));
        }
    }
}

// c [rows, padded] += a [rows, 32 pairs of queries] . b [32, padded]
LANES_KERNEL void gather(const uint16_t *a, const int32_t *b, int64_t padded, int64_t rows, float *c) {
    const auto *pairs = reinterpret_cast<const int32_t *>(a);
    int64_t d = 0;
    for (; d + 48 <= padded && padded - d != 64; d += 48)
        product_rows<3>(pairs, block / 2, 1, b + d, padded, block / 2, c + d, padded, rows, true);
    for (; d + 32 <= padded; d += 32)
        product_rows<2>(pairs, block / 2, 1, b + d, padded, block / 2, c + d, padded, rows, true);
    for (; d < padded; d += 16)
        product_rows<1>(pairs, block / 2, 1, b + d, padded, block / 2, c + d, padded, rows, true);
}

// Sums over the queries, [keys, padded], to bf16 rows.
LANES_KERNEL void store_rows(const float *from, int64_t rows, int64_t width, float factor,
                             uint16_t *to, int64_t row) {
    const __m512 scale = _mm512_set1_ps(factor);
    const int64_t padded = padded_width(width);
    for (int64_t n = 0; n < rows; ++n)
        for (int64_t d = 0; d < width; d += 16)
            _mm256_mask_storeu_epi16(
                to + n * row + d, first16(width - d),
                narrowed(_mm512_mul_ps(_mm512_loadu_ps(from + n * padded + d), scale)));
}

struct Head {
    const uint16_t *q, *k, *v, *out, *grad;
    uint16_t *grad_q, *grad_k, *grad_v;
    const float *sums, *bias;
};

struct HeadRows {
    int64_t q, k, v, out, grad, grad_q, grad_k, grad_v;
};

LANES_KERNEL void backward_head(const AttentionShape &shape, const Head &head, const HeadRows &row) {
    const int64_t width = shape.width, pairs = width / 2, padded = padded_width(width);
    auto &scratch = backward_scratch;
    int32_t *q_across = scratch.q_across.of(pairs * block);
    int32_t *grad_across = scratch.grad_across.of(pairs * block);
    int32_t *q_along = scratch.q_along.of(padded * block / 2);
    int32_t *grad_along = scratch.grad_along.of(padded * block / 2);
    int32_t *keys_along = scratch.keys.of((shape.keys + 1) / 2 * padded);
    int32_t *change_pairs = scratch.change_pairs.of(key_block / 2 * block);
    uint16_t *weights = scratch.weights.of(key_block * block);
    uint16_t *changes = scratch.changes.of(key_block * block);
    float *scores = scratch.scores.of(key_block * block);
    float *pulls = scratch.pulls.of(key_block * block);
    float *grad_q = scratch.grad_q.of(padded * block);
    float *grad_k = scratch.grad_k.of(shape.keys * padded);
    float *grad_v = scratch.grad_v.of(shape.keys * padded);
    alignas(64) float sums[block], means[block];
    std::memset(grad_k, 0, sizeof(float) * shape.keys * padded);
    std::memset(grad_v, 0, sizeof(float) * shape.keys * padded);
    pack_along(head.k, row.k, shape.keys, width, keys_along);

    for (int64_t start = 0; start < shape.queries; start += block) {
        const int64_t queries = std::min(block, shape.queries - start);
        const uint16_t *q = head.q + start * row.q, *grad = head.grad + start * row.grad;
        pack_across(q, row.q, queries, width, q_across);
        pack_across(grad, row.grad, queries, width, grad_across);
        std::memset(q_along, 0, sizeof(int32_t) * padded * block / 2);
        std::memset(grad_along, 0, sizeof(int32_t) * padded * block / 2);
        pack_along(q, row.q, queries, width, q_along);
        pack_along(grad, row.grad, queries, width, grad_along);
        row_products(head.out + start * row.out, row.out, grad, row.grad, queries, width, means);
        for (int64_t n = 0; n < block; ++n) sums[n] = n < queries ? head.sums[start + n] : 0;

        for (int64_t first = 0; first < shape.keys; first += key_block) {
            const int64_t keys = std::min(key_block, shape.keys - first);
            product_rows<4>(reinterpret_cast<const int32_t *>(head.k + first * row.k), row.k / 2, 1,
                            q_across, block, pairs, scores, block, keys, false);
            product_rows<4>(reinterpret_cast<const int32_t *>(head.v + first * row.v), row.v / 2, 1,
                            grad_across, block, pairs, pulls, block, keys, false);
            differentiate(scores, pulls, head.bias ? head.bias + first : nullptr, keys, shape.scale,
                          sums, means, weights, changes, change_pairs);
            gather(weights, grad_along, padded, keys, grad_v + first * padded);
            gather(changes, q_along, padded, keys, grad_k + first * padded);
            product_rows<4>(keys_along + first / 2 * padded, 1, padded, change_pairs, block,
                            (keys + 1) / 2, grad_q, block, width, first > 0);
        }
        unpack_across(grad_q, queries, width, shape.scale, head.grad_q + start * row.grad_q,
                      row.grad_q);
    }
    store_rows(grad_k, shape.keys, width, shape.scale, head.grad_k, row.grad_k);
    store_rows(grad_v, shape.keys, width, 1, head.grad_v, row.grad_v);
}

}  // namespace

void attention_backward(const AttentionShape &shape, Rows q, Rows k, Rows v, Rows out,
                        const float *sums, Rows grad, Rows grad_q, Rows grad_k, Rows grad_v) {
    const HeadRows rows{q.row, k.row, v.row, out.row, grad.row, grad_q.row, grad_k.row, grad_v.row};
    each(shape.batch * shape.heads, [&](int64_t i) {
        const int64_t b = i / shape.heads, h = i % shape.heads;
        backward_head(shape,
                      {q.at(b, h), k.at(b, h), v.at(b, h), out.at(b, h), grad.at(b, h),
                       grad_q.at(b, h), grad_k.at(b, h), grad_v.at(b, h), sums + i * shape.queries,
                       shape.bias(b)},
                      rows);
    });
}

}  // namespace kernels

#endif
