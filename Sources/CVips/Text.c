// Text as a coverage mask, drawn by Pango through libvips.

#include "Internal.h"

int cvips_draw_text(
    const char *markup, const char *font, int32_t wrap_width, int32_t centred, cvips_text *text,
    char *error, size_t error_size) {
    VipsAlign align = centred ? VIPS_ALIGN_CENTRE : VIPS_ALIGN_LOW;
    VipsImage *image = NULL;
    vips_error_clear();
    int status =
        wrap_width > 0
            ? vips_text(
                  &image, markup, "font", font, "dpi", 72, "align", align, "width", wrap_width,
                  NULL)
            : vips_text(&image, markup, "font", font, "dpi", 72, "align", align, NULL);
    size_t size = 0;
    if (!status) {
        text->width = vips_image_get_width(image);
        text->height = vips_image_get_height(image);
        text->left = vips_image_get_xoffset(image);
        text->top = vips_image_get_yoffset(image);
        text->coverage = vips_image_write_to_memory(image, &size);
        if (!text->coverage ||
            size != (size_t) text->width * (size_t) text->height) {
            vips_error("cvips", "text came back with %zu bytes", size);
            g_free(text->coverage);
            text->coverage = NULL;
            status = -1;
        }
    }
    if (image)
        g_object_unref(image);
    vips_thread_shutdown();
    return status ? cvips_fail(error, error_size) : 0;
}
