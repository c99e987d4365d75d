// Sixteen lanes at a time: the pieces that the bf16 kernels are made of.
//
// Everything here is compiled for AVX-512 with its bf16 products, whatever the rest of the program is
// compiled for; only a machine that has them (kernels::machine_has_bf16_lanes) may call it.
#pragma once

#if defined(__x86_64__)

#include <immintrin.h>

#include <cstdint>
#include <cstring>

#define LANES_FUNCTION \
    __attribute__((always_inline, target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,fma"))) \
    static inline
#define LANES_KERNEL __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,fma")))

namespace lanes {

constexpr int width = 16;

// The first `count` of 16 or 32 lanes.
LANES_FUNCTION __mmask16 first16(int64_t count) {
    return count >= 16 ? __mmask16(0xffff) : __mmask16((1u << (count < 0 ? 0 : count)) - 1);
}
LANES_FUNCTION __mmask32 first32(int64_t count) {
    return count >= 32 ? __mmask32(0xffffffff) : __mmask32((1u << (count < 0 ? 0 : count)) - 1);
}

LANES_FUNCTION __m512 widened(__m256i bf16) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bf16), 16));
}
LANES_FUNCTION __m512 load_bf16(const void *from) {
    return widened(_mm256_loadu_si256(static_cast<const __m256i *>(from)));
}
LANES_FUNCTION __m512 load_bf16(const void *from, __mmask16 mask) {
    return widened(_mm256_maskz_loadu_epi16(mask, from));
}
LANES_FUNCTION __m256i narrowed(__m512 x) { return (__m256i)_mm512_cvtneps_pbh(x); }

// 2^x to 2e-6 of the value; 0 far below. A NaN counts as far below.
LANES_FUNCTION __m512 exp2(__m512 x) {
    x = _mm512_min_ps(_mm512_max_ps(x, _mm512_set1_ps(-150)), _mm512_set1_ps(128));
    const __m512 whole = _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const __m512 rest = _mm512_sub_ps(x, whole);
    __m512 y = _mm512_set1_ps(0.00133335581f);
    y = _mm512_fmadd_ps(y, rest, _mm512_set1_ps(0.00961812910f));
    y = _mm512_fmadd_ps(y, rest, _mm512_set1_ps(0.0555041086f));
    y = _mm512_fmadd_ps(y, rest, _mm512_set1_ps(0.240226507f));
    y = _mm512_fmadd_ps(y, rest, _mm512_set1_ps(0.693147182f));
    y = _mm512_fmadd_ps(y, rest, _mm512_set1_ps(1));
    return _mm512_scalef_ps(y, whole);
}

// 2^x of x up to 0, to 8e-5 of the value, which is less than a bf16 can tell: 0 far below. A NaN counts
// as far below. What is above the next whole number down is a polynomial on 0...1.
LANES_FUNCTION __m512 exp2_below(__m512 x) {
    x = _mm512_max_ps(x, _mm512_set1_ps(-150));
    const __m512 rest = _mm512_reduce_ps(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
    __m512 y = _mm512_set1_ps(0.0780237083f);
    y = _mm512_fmadd_ps(y, rest, _mm512_set1_ps(0.226066773f));
    y = _mm512_fmadd_ps(y, rest, _mm512_set1_ps(0.695834516f));
    y = _mm512_fmadd_ps(y, rest, _mm512_set1_ps(0.999925028f));
    return _mm512_scalef_ps(y, x);
}

// 1 / (1 + e^-x).
LANES_FUNCTION __m512 sigmoid(__m512 x) {
    const __m512 e = exp2(_mm512_mul_ps(x, _mm512_set1_ps(-1.44269504f)));
    const __m512 below = _mm512_add_ps(e, _mm512_set1_ps(1));
    // 14 bits, and one step of Newton's to 23: a division takes three times as long.
    const __m512 guess = _mm512_rcp14_ps(below);
    return _mm512_mul_ps(guess, _mm512_fnmadd_ps(below, guess, _mm512_set1_ps(2)));
}

// Rows a and b of 16 numbers as 16 pairs of bf16: (a0, b0), (a1, b1), ...
LANES_FUNCTION __m512i paired(__m512 a, __m512 b) {
    // The lower half of what is narrowed is a's; word 2 i comes from word i, word 2 i + 1 from 16 + i.
    const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8,
                                           23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    return _mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh(b, a));
}

// Transposes 16 rows of 16 elements of four bytes.
LANES_FUNCTION void transpose(__m512i r[16]) {
    __m512i t[16];
    for (int i = 0; i < 16; i += 2) {
        t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
    }
    for (int i = 0; i < 16; i += 4) {
        r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
        r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
        r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
        r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
    for (int i = 0; i < 4; ++i) {
        t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
        t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
        t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
        t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
    }
    for (int i = 0; i < 4; ++i) {
        r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
        r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
        r[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
        r[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xdd);
    }
}

// C[r][16 z + lane] (+)= sum over t of A(r, t) . B[t][16 z + lane], where A's and B's elements are
// pairs of bf16 and the dot is over the pair. A(r, t) lies at a + r * a_row + t * a_pair.
template <int R, int Z>
LANES_FUNCTION void product_tile(const int32_t *a, int64_t a_row, int64_t a_pair, const int32_t *b,
                                 int64_t b_pair, int64_t pairs, float *c, int64_t c_row,
                                 bool accumulate) {
    __m512 sum[R][Z];
    for (int r = 0; r < R; ++r)
        for (int z = 0; z < Z; ++z)
            sum[r][z] = accumulate ? _mm512_loadu_ps(c + r * c_row + 16 * z) : _mm512_setzero_ps();
    for (int64_t t = 0; t < pairs; ++t) {
        __m512bh column[Z];
        for (int z = 0; z < Z; ++z)
            column[z] = (__m512bh)_mm512_loadu_si512(b + t * b_pair + 16 * z);
        for (int r = 0; r < R; ++r) {
            int32_t pair;
            std::memcpy(&pair, a + r * a_row + t * a_pair, sizeof pair);
            const __m512bh row = (__m512bh)_mm512_set1_epi32(pair);
            for (int z = 0; z < Z; ++z) sum[r][z] = _mm512_dpbf16_ps(sum[r][z], row, column[z]);
        }
    }
    for (int r = 0; r < R; ++r)
        for (int z = 0; z < Z; ++z) _mm512_storeu_ps(c + r * c_row + 16 * z, sum[r][z]);
}

// The same for any number of rows, six at a time.
template <int Z>
LANES_FUNCTION void product_rows(const int32_t *a, int64_t a_row, int64_t a_pair, const int32_t *b,
                                 int64_t b_pair, int64_t pairs, float *c, int64_t c_row,
                                 int64_t rows, bool accumulate) {
    for (; rows >= 6; rows -= 6, a += 6 * a_row, c += 6 * c_row)
        product_tile<6, Z>(a, a_row, a_pair, b, b_pair, pairs, c, c_row, accumulate);
    if (rows >= 4) {
        product_tile<4, Z>(a, a_row, a_pair, b, b_pair, pairs, c, c_row, accumulate);
        rows -= 4, a += 4 * a_row, c += 4 * c_row;
    }
    for (; rows >= 2; rows -= 2, a += 2 * a_row, c += 2 * c_row)
        product_tile<2, Z>(a, a_row, a_pair, b, b_pair, pairs, c, c_row, accumulate);
    if (rows) product_tile<1, Z>(a, a_row, a_pair, b, b_pair, pairs, c, c_row, accumulate);
}

}  // namespace lanes

#endif
