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
    Scratch<float> scores, pulls, grad_q;
    // Of the thread that asks: what each part of the queries adds to the keys' and values' gradients.
    Scratch<float> shares;
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

// Sums over the queries, of `parts` parts [keys, padded] that lie `stride` apart, to bf16 rows.
LANES_KERNEL void store_rows(const float *from, int64_t parts, int64_t stride, int64_t rows,
                             int64_t width, float factor, uint16_t *to, int64_t row) {
    const __m512 scale = _mm512_set1_ps(factor);
    const int64_t padded = padded_width(width);
    for (int64_t n = 0; n < rows; ++n)
        for (int64_t d = 0; d < width; d += 16) {
            const float *place = from + n * padded + d;
            __m512 sum = _mm512_loadu_ps(place);
            for (int64_t part = 1; part < parts; ++part)
                sum = _mm512_add_ps(sum, _mm512_loadu_ps(place + part * stride));
            _mm256_mask_storeu_epi16(to + n * row + d, first16(width - d),
                                     narrowed(_mm512_mul_ps(sum, scale)));
        }
}

struct Head {
    const uint16_t *q, *k, *v, *out, *grad;
    uint16_t *grad_q;
    const float *sums, *bias;
};

struct HeadRows {
    int64_t q, k, v, out, grad, grad_q;
};

// Queries begin ..< end of one head: their own gradients, and what they add to the keys' and values',
// [keys, padded] each.
LANES_KERNEL void backward_queries(const AttentionShape &shape, const Head &head,
                                   const HeadRows &row, int64_t begin, int64_t end, float *grad_k,
                                   float *grad_v) {
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
    alignas(64) float sums[block], means[block];
    std::memset(grad_k, 0, sizeof(float) * shape.keys * padded);
    std::memset(grad_v, 0, sizeof(float) * shape.keys * padded);
    pack_along(head.k, row.k, shape.keys, width, keys_along);

    for (int64_t start = begin; start < end; start += block) {
        const int64_t queries = std::min(block, end - start);
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
}

// Few heads are too few for all threads: parts of each one's queries, by the shape alone, so that sums do
// not depend on how many threads there are.
int64_t parts_of(const AttentionShape &shape) {
    const int64_t heads = shape.batch * shape.heads, blocks = (shape.queries + block - 1) / block;
    return std::max<int64_t>(1, std::min(4 / heads, blocks));
}

}  // namespace

void attention_backward(const AttentionShape &shape, Rows q, Rows k, Rows v, Rows out,
                        const float *sums, Rows grad, Rows grad_q, Rows grad_k, Rows grad_v) {
    const HeadRows rows{q.row, k.row, v.row, out.row, grad.row, grad_q.row};
    const int64_t parts = parts_of(shape), heads = shape.batch * shape.heads;
    const int64_t blocks = (shape.queries + block - 1) / block;
    const int64_t plane = shape.keys * padded_width(shape.width);
    const auto work = [&](int64_t i, int64_t part, float *share) {
        const int64_t b = i / shape.heads, h = i % shape.heads;
        backward_queries(shape,
                         {q.at(b, h), k.at(b, h), v.at(b, h), out.at(b, h), grad.at(b, h),
                          grad_q.at(b, h), sums + i * shape.queries, shape.bias(b)},
                         rows, part * blocks / parts * block,
                         std::min((part + 1) * blocks / parts * block, shape.queries), share,
                         share + plane);
    };
    const auto store = [&](int64_t i, const float *share) {
        const int64_t b = i / shape.heads, h = i % shape.heads;
        store_rows(share, parts, 2 * plane, shape.keys, shape.width, shape.scale, grad_k.at(b, h),
                   grad_k.row);
        store_rows(share + plane, parts, 2 * plane, shape.keys, shape.width, 1, grad_v.at(b, h),
                   grad_v.row);
    };
    if (parts == 1) {
        each(heads, [&](int64_t i) {
            float *share = backward_scratch.shares.of(2 * plane);
            work(i, 0, share);
            store(i, share);
        });
        return;
    }
    float *shares = backward_scratch.shares.of(heads * parts * 2 * plane);
    each(heads * parts, [&](int64_t item) {
        work(item / parts, item % parts, shares + item * 2 * plane);
    });
    each(heads, [&](int64_t i) { store(i, shares + i * parts * 2 * plane); });
}

}  // namespace kernels

#endif
