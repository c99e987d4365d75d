// Group normalisation of channels-last bf16 pictures, with what stands around it in a residual block:
// a shift of each channel before (the time embedding) and SiLU after. Wu and He 2018.
#pragma once

#include <cstdint>

namespace kernels {

struct NormShape {
    int64_t batch, pixels, channels, groups;
    float eps;
    bool silu;
    // Scale and shift of each channel [channels], and what is added to x before [batch, channels] or
    // null.
    const float *weight, *bias, *before;
};

// `statistics` [3, batch, channels]: of each channel its sum of x (with what is added), its group's
// mean and 1 / deviation, for the backward pass.
void norm_forward(const NormShape &shape, const uint16_t *x, uint16_t *y, float *statistics);

// `grads` [3, batch, channels]: shares of each picture in the gradients of weight, bias, before.
void norm_backward(const NormShape &shape, const uint16_t *x, const float *statistics,
                   const uint16_t *grad, uint16_t *grad_x, float *grads);

}  // namespace kernels
