// Pixels to files. The picture is built from bare memory, so there is no metadata to leak; `strip`
// also stops libvips from adding its own.

#include "Internal.h"

int cvips_encode(
    const uint8_t *pixels, int32_t width, int32_t height, int32_t bands, int32_t format,
    int32_t quality, int32_t full_chroma, uint8_t **bytes, size_t *length, char *error,
    size_t error_size) {
    vips_error_clear();
    VipsImage *bare = vips_image_new_from_memory(
        pixels, (size_t) width * (size_t) height * (size_t) bands, width, height, bands,
        VIPS_FORMAT_UCHAR);
    VipsImage *image = NULL;
    if (!bare ||
        vips_copy(
            bare, &image, "interpretation",
            bands == 1 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB, NULL)) {
        if (bare)
            g_object_unref(bare);
        return cvips_fail(error, error_size);
    }

    void *buffer = NULL;
    int status = -1;
    switch (format) {
        case CVIPS_JPEG:
            status = vips_jpegsave_buffer(
                image, &buffer, length, "strip", TRUE, "Q", quality, "optimize_coding", TRUE,
                "subsample_mode",
                full_chroma ? VIPS_FOREIGN_SUBSAMPLE_OFF : VIPS_FOREIGN_SUBSAMPLE_ON, NULL);
            break;
        case CVIPS_PNG:
            status = vips_pngsave_buffer(
                image, &buffer, length, "strip", TRUE, "compression", quality, NULL);
            break;
        case CVIPS_WEBP:
            status = vips_webpsave_buffer(
                image, &buffer, length, "strip", TRUE, "lossless", quality == 0, "Q",
                quality == 0 ? 75 : quality, NULL);
            break;
        default:
            vips_error("cvips", "no encoder for format %d", (int) format);
    }
    g_object_unref(image);
    g_object_unref(bare);
    vips_thread_shutdown();
    if (status)
        return cvips_fail(error, error_size);
    *bytes = buffer;
    return 0;
}
