// Headers and pixels. A decoder is opened (header only), looked at by Swift, then read or closed.

#include <string.h>

#include "Internal.h"

struct cvips_decoder {
    VipsImage *image;
};

static int32_t space_of(VipsImage *image) {
    switch (vips_image_get_interpretation(image)) {
        case VIPS_INTERPRETATION_B_W:
        case VIPS_INTERPRETATION_GREY16:
            return CVIPS_SPACE_GREY;
        case VIPS_INTERPRETATION_sRGB:
        case VIPS_INTERPRETATION_RGB:
        case VIPS_INTERPRETATION_RGB16:
            return CVIPS_SPACE_RGB;
        case VIPS_INTERPRETATION_CMYK:
            return CVIPS_SPACE_CMYK;
        case VIPS_INTERPRETATION_LAB:
        case VIPS_INTERPRETATION_LABQ:
        case VIPS_INTERPRETATION_LABS:
            return CVIPS_SPACE_LAB;
        default:
            return CVIPS_SPACE_OTHER;
    }
}

static void describe(VipsImage *image, cvips_header *header) {
    memset(header, 0, sizeof *header);
    header->width = vips_image_get_width(image);
    header->height = vips_image_get_height(image);
    header->bands = vips_image_get_bands(image);
    header->space = space_of(image);
    header->orientation = vips_image_get_orientation(image);
    header->frames = vips_image_get_n_pages(image);
    switch (vips_image_get_format(image)) {
        case VIPS_FORMAT_UCHAR:
            header->bits = 8;
            break;
        case VIPS_FORMAT_USHORT:
            header->bits = 16;
            break;
        default:
            header->bits = 0;
    }
    // LABQ packs three numbers into four bytes: the fourth band is not alpha.
    if (vips_image_get_coding(image) == VIPS_CODING_NONE)
        header->has_alpha = vips_image_hasalpha(image);
    else
        header->bands = 3;

    const void *profile = NULL;
    size_t length = 0;
    if (vips_image_get_typeof(image, VIPS_META_ICC_NAME) &&
        !vips_image_get_blob(image, VIPS_META_ICC_NAME, &profile, &length)) {
        header->profile = profile;
        header->profile_length = length;
    }
}

int cvips_decoder_open(
    const void *bytes, size_t length, int32_t format, cvips_decoder **decoder,
    cvips_header *header, char *error, size_t error_size) {
    // libvips takes the buffer without const and does not write to it.
    void *buffer = (void *) bytes;
    VipsImage *image = NULL;
    int status = -1;
    vips_error_clear();
    // Sequential: rows are made once, top to bottom, and never spill into a temporary file.
    // Fail on errors: half a picture is not a portrait.
    switch (format) {
        case CVIPS_JPEG:
            status = vips_jpegload_buffer(
                buffer, length, &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                VIPS_FAIL_ON_ERROR, NULL);
            break;
        case CVIPS_PNG:
            status = vips_pngload_buffer(
                buffer, length, &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                VIPS_FAIL_ON_ERROR, NULL);
            break;
        case CVIPS_WEBP:
            status = vips_webpload_buffer(
                buffer, length, &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                VIPS_FAIL_ON_ERROR, NULL);
            break;
        case CVIPS_TIFF:
            status = vips_tiffload_buffer(
                buffer, length, &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                VIPS_FAIL_ON_ERROR, NULL);
            break;
        case CVIPS_HEIF:
            status = vips_heifload_buffer(
                buffer, length, &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                VIPS_FAIL_ON_ERROR, NULL);
            break;
        default:
            vips_error("cvips", "no such format: %d", (int) format);
    }
    if (status || !image) {
        if (image)
            g_object_unref(image);
        return cvips_fail(error, error_size);
    }
    describe(image, header);
    *decoder = g_new0(cvips_decoder, 1);
    (*decoder)->image = image;
    return 0;
}

void cvips_decoder_close(cvips_decoder *decoder) {
    if (!decoder)
        return;
    g_object_unref(decoder->image);
    g_free(decoder);
    // Swift's threads are not libvips' own, so its per-thread caches are released by hand.
    vips_thread_shutdown();
}

int cvips_decoder_read(
    cvips_decoder *decoder, int32_t colour, uint8_t *rgb, size_t rgb_size, char *error,
    size_t error_size) {
    VipsImage *image = NULL;
    vips_error_clear();
    if (cvips_to_rgb(decoder->image, colour, &image))
        return cvips_fail(error, error_size);

    int width = vips_image_get_width(image);
    int height = vips_image_get_height(image);
    size_t row = (size_t) width * 3;
    if (rgb_size != row * (size_t) height) {
        vips_error("cvips", "a buffer of %zu bytes for %d x %d pixels", rgb_size, width, height);
        g_object_unref(image);
        return cvips_fail(error, error_size);
    }

    // Strips on this thread: no worker pool to start for a small picture, no second copy of a
    // large one.
    const int strip = 64;
    VipsRegion *region = vips_region_new(image);
    int status = 0;
    for (int top = 0; top < height && !status; top += strip) {
        int rows = height - top < strip ? height - top : strip;
        VipsRect area = {0, top, width, rows};
        status = vips_region_prepare(region, &area);
        for (int y = 0; y < rows && !status; y++)
            memcpy(rgb + row * (size_t) (top + y), VIPS_REGION_ADDR(region, 0, top + y), row);
    }
    g_object_unref(region);
    g_object_unref(image);
    return status ? cvips_fail(error, error_size) : 0;
}
