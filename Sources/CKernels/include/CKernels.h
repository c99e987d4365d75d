// CKernels: operators of our own in libtorch's dispatcher, for the places where its CPU kernels are
// slow. Each has a plain counterpart among libtorch's own operators, which it falls back to.
//
//   likeness::attention      softmax attention with narrow heads
//   likeness::group_norm     group normalisation, a shift before it and SiLU after
//   likeness::upsample_conv  nearest-neighbour doubling and a 3x3 convolution in 4/9 of the work
//   likeness::prelu          a learned slope a channel where x is negative
//   likeness::geglu          one half of the channels scaled by GELU of the other
//   likeness::packed_linear, packed_conv2d
//                            products with weights that lie as oneDNN reads them
#ifndef LIKENESS_CKERNELS_H
#define LIKENESS_CKERNELS_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

// Whether the kernels run here: x86 with AVX-512 and its bf16 products.
bool ck_available(void);
// Turns them off, or on again where they run; libtorch's own operators take their place. They start
// off under LIKENESS_KERNELS=plain.
void ck_set_enabled(bool value);
bool ck_enabled(void);
// Whether weights can be packed for their products: where the kernels are enabled and libtorch has oneDNN.
bool ck_packs(void);

#ifdef __cplusplus
}
#endif

#endif
