// Rows of bf16 brought into the order in which the products want them, and back.
#pragma once

#include "Lanes.h"

#if defined(__x86_64__)

namespace kernels {

constexpr int64_t attention_block = 64;

inline int64_t padded_width(int64_t width) { return (width + 15) / 16 * 16; }

// Up to 64 rows [rows, width] to pairs of columns with the rows in the lanes, [width / 2, 64]; the
// rows that are missing are 0.
LANES_FUNCTION void pack_across(const uint16_t *from, int64_t row, int64_t rows, int64_t width,
                                int32_t *to) {
    const int64_t pairs = width / 2;
    for (int64_t lane = 0; lane < attention_block; lane += 16)
        for (int64_t first = 0; first < pairs; first += 16) {
            const __mmask16 mask = lanes::first16(pairs - first);
            __m512i r[16];
            for (int64_t i = 0; i < 16; ++i)
                r[i] = lane + i < rows
                    ? _mm512_maskz_loadu_epi32(mask, from + (lane + i) * row + 2 * first)
                    : _mm512_setzero_si512();
            lanes::transpose(r);
            const int64_t count = pairs - first < 16 ? pairs - first : 16;
            for (int64_t t = 0; t < count; ++t)
                _mm512_storeu_si512(to + (first + t) * attention_block + lane, r[t]);
        }
}

// [width, 64] of numbers, times `factor`, back to up to 64 rows [rows, width] of bf16.
LANES_FUNCTION void unpack_across(const float *from, int64_t rows, int64_t width, float factor,
                                  uint16_t *to, int64_t row) {
    const int64_t pairs = width / 2;
    const __m512 scale = _mm512_set1_ps(factor);
    for (int64_t lane = 0; lane < rows; lane += 16)
        for (int64_t first = 0; first < pairs; first += 16) {
            __m512i r[16];
            for (int64_t t = 0; t < 16; ++t) {
                const float *place = from + 2 * (first + t) * attention_block + lane;
                r[t] = first + t < pairs
                    ? lanes::paired(_mm512_mul_ps(_mm512_loadu_ps(place), scale),
                                    _mm512_mul_ps(_mm512_loadu_ps(place + attention_block), scale))
                    : _mm512_setzero_si512();
            }
            lanes::transpose(r);
            const __mmask16 mask = lanes::first16(pairs - first);
            for (int64_t i = 0; i < 16 && lane + i < rows; ++i)
                _mm512_mask_storeu_epi32(to + (lane + i) * row + 2 * first, mask, r[i]);
        }
}

// Rows [rows, width] to pairs of rows with the columns in the lanes, [(rows + 1) / 2, padded width];
// what is missing is 0.
LANES_FUNCTION void pack_along(const uint16_t *from, int64_t row, int64_t rows, int64_t width,
                               int32_t *to) {
    const int64_t padded = padded_width(width);
    for (int64_t t = 0; t < (rows + 1) / 2; ++t)
        for (int64_t d = 0; d < padded; d += 16) {
            const __mmask16 mask = lanes::first16(width - d);
            const uint16_t *a = from + 2 * t * row + d;
            const __m512i low = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, a));
            const __m512i high = 2 * t + 1 < rows
                ? _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, a + row))
                : _mm512_setzero_si512();
            _mm512_storeu_si512(to + t * padded + d,
                                _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
        }
}

}  // namespace kernels

#endif
