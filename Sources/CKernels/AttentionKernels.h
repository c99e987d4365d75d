// Softmax attention in bf16 for narrow heads, forward and backward (Dao 2023, FlashAttention-2).
#pragma once

#include <cstdint>

namespace kernels {

// Rows of one head: element (batch b, head h, row n, column d) lies at
// data + b * batch + h * head + n * row + d. bf16.
struct Rows {
    uint16_t *data;
    int64_t batch, head, row;

    uint16_t *at(int64_t b, int64_t h) const { return data + b * batch + h * head; }
};

struct AttentionShape {
    int64_t batch, heads, queries, keys, width;
    float scale;
    // Added to the scores of each key, [batch or 1, keys]; may be null.
    const float *key_bias;
    int64_t key_bias_row;

    const float *bias(int64_t b) const { return key_bias ? key_bias + b * key_bias_row : nullptr; }
};

// `sums` [batch, heads, queries]: log2 of the sum of the scores' exponentials, for the backward pass;
// may be null.
void attention_forward(const AttentionShape &shape, Rows q, Rows k, Rows v, Rows out, float *sums);

void attention_backward(const AttentionShape &shape, Rows q, Rows k, Rows v, Rows out,
                        const float *sums, Rows grad, Rows grad_q, Rows grad_k, Rows grad_v);

}  // namespace kernels
