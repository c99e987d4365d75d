// Plain C functions over libvips, for Swift.
//
// libvips is called through variadic, GObject-typed functions that Swift cannot import; every one
// that Likeness needs is wrapped here, thinly. Policy (limits, formats, which colour path to take)
// stays in Swift.
//
// Conventions
//   - Functions return 0 on success and -1 on failure; on failure `error` holds one line of text,
//     always terminated, at most `error_size` bytes. libvips keeps one error log for the whole
//     process, so text from a decode that fails at the same moment on another thread may follow.
//   - Nothing here exits, prints, reads a file or keeps a pointer to the caller's memory, except
//     that a decoder borrows the encoded bytes until `cvips_decoder_close`.
//   - Memory handed out is released with `cvips_free`.

#ifndef CVIPS_H
#define CVIPS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// --- Start ---------------------------------------------------------------------------------------

/// Starts libvips with every loader blocked but those for the six formats below, no operation
/// cache and quiet warnings. Safe to call again; call it from one thread at a time.
int cvips_start(char *error, size_t error_size);

/// Releases memory that this library handed out; null is fine.
void cvips_free(void *memory);

// --- Decoding ------------------------------------------------------------------------------------

enum {
    CVIPS_JPEG = 0,
    CVIPS_PNG = 1,
    CVIPS_WEBP = 2,
    CVIPS_TIFF = 3,
    CVIPS_HEIF = 4, // AVIF too: libvips reads both with one loader
};

enum {
    CVIPS_SPACE_OTHER = 0,
    CVIPS_SPACE_GREY = 1,
    CVIPS_SPACE_RGB = 2,
    CVIPS_SPACE_CMYK = 3,
    CVIPS_SPACE_LAB = 4,
};

/// How samples become sRGB.
enum {
    CVIPS_COLOUR_AS_SRGB = 0,     // grey or RGB, taken as sRGB already
    CVIPS_COLOUR_BY_PROFILE = 1,  // through the embedded ICC profile, perceptual intent
    CVIPS_COLOUR_PLAIN_CMYK = 2,  // no profile: each of R, G, B is (1 - ink)(1 - black)
    CVIPS_COLOUR_LAB = 3,         // CIELAB with the ICC's D50 white
};

/// What a file says of itself before any pixel is decoded.
typedef struct cvips_header {
    int32_t width;
    int32_t height;
    int32_t bands;        // alpha included
    int32_t bits;         // 8 or 16; 0 for samples that are not unsigned integers
    int32_t space;        // CVIPS_SPACE_...
    int32_t has_alpha;    // 1 when the last band is alpha
    int32_t frames;       // pages or animation frames; 1 for a still picture
    int32_t orientation;  // EXIF or TIFF orientation, 1 to 8, as libvips reads it
    const uint8_t *profile;  // ICC profile or null; valid until the decoder is closed
    size_t profile_length;
} cvips_header;

/// An encoded picture whose header has been read.
typedef struct cvips_decoder cvips_decoder;

/// Reads the header of `bytes`, which must outlive the decoder. `format` is a CVIPS_ format.
int cvips_decoder_open(
    const void *bytes, size_t length, int32_t format, cvips_decoder **decoder,
    cvips_header *header, char *error, size_t error_size);

/// Decodes the first frame to 8-bit sRGB, top row first, alpha laid over white.
/// `rgb` has room for width * height * 3 bytes; `colour` is a CVIPS_COLOUR_ path. A decoder reads
/// its pixels once.
int cvips_decoder_read(
    cvips_decoder *decoder, int32_t colour, uint8_t *rgb, size_t rgb_size, char *error,
    size_t error_size);

/// Releases the decoder; null is fine.
void cvips_decoder_close(cvips_decoder *decoder);

// --- Encoding ------------------------------------------------------------------------------------

/// Encodes interleaved 8-bit pixels, `bands` 1 (grey) or 3 (sRGB), with no metadata at all.
/// `format` is CVIPS_JPEG, CVIPS_PNG or CVIPS_WEBP. `quality` is 1 to 100 for JPEG and WebP, where 0
/// asks for lossless WebP, and the deflate level 0 to 9 for PNG. `full_chroma` keeps colour at full
/// resolution in a JPEG. Release `*bytes` with `cvips_free`.
int cvips_encode(
    const uint8_t *pixels, int32_t width, int32_t height, int32_t bands, int32_t format,
    int32_t quality, int32_t full_chroma, uint8_t **bytes, size_t *length, char *error,
    size_t error_size);

// --- Text ----------------------------------------------------------------------------------------

/// A line or paragraph of text drawn as coverage.
typedef struct cvips_text {
    uint8_t *coverage;  // width * height bytes, 0 none to 255 full; release with cvips_free
    int32_t width;
    int32_t height;
    int32_t left;  // where the coverage starts, right of and below the layout's origin
    int32_t top;
} cvips_text;

/// Draws `markup` (Pango markup, UTF-8) with `font`, such as "sans bold 14": a size in points,
/// which are pixels here. Lines longer than `wrap_width` pixels are broken; 0 never breaks. Several
/// lines start flush left, or are `centred` on one another.
int cvips_draw_text(
    const char *markup, const char *font, int32_t wrap_width, int32_t centred, cvips_text *text,
    char *error, size_t error_size);

#ifdef __cplusplus
}
#endif

#endif
