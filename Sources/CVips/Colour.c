// From whatever a file holds to 8-bit sRGB: profile, then 16 to 8 bits, then alpha over white.

#include "Internal.h"

/// 0...65535 to 0...255, nearest: v / 257 is the exact ratio of the two full scales.
static int to_8_bit(VipsImage *in, VipsImage **out) {
    if (vips_image_get_format(in) == VIPS_FORMAT_UCHAR)
        return vips_copy(in, out, NULL);
    return vips_linear1(in, out, 1.0 / 257.0, 0.5, "uchar", TRUE, NULL);
}

/// R = (255 - K) - round(C (255 - K) / 255), and so on: what Pillow's `convert("RGB")` computes.
static int plain_cmyk(VipsImage *in, VipsImage **out) {
    VipsObject *scope = VIPS_OBJECT(vips_image_new());
    VipsImage **t = (VipsImage **) vips_object_local_array(scope, 8);
    int status = vips_extract_band(in, &t[0], 0, "n", 3, NULL) ||
                 vips_extract_band(in, &t[1], 3, NULL) ||
                 vips_linear1(t[1], &t[2], -1.0, 255.0, NULL) ||
                 vips_multiply(t[0], t[2], &t[3], NULL) ||
                 vips_linear1(t[3], &t[4], 1.0 / 255.0, 0.0, NULL) ||
                 vips_rint(t[4], &t[5], NULL) ||
                 vips_subtract(t[2], t[5], &t[6], NULL) ||
                 vips_cast_uchar(t[6], &t[7], NULL) ||
                 vips_copy(t[7], out, "interpretation", VIPS_INTERPRETATION_sRGB, NULL);
    g_object_unref(scope);
    return status;
}

/// XYZ with the D50 white of ICC to linear sRGB: the inverse of sRGB's D50-adapted primaries.
static VipsImage *linear_srgb_matrix(void) {
    return vips_image_new_matrixv(
        3, 3, 3.1338561, -1.6168667, -0.4906146, -0.9787684, 1.9161415, 0.0334540, 0.0719453,
        -0.2289914, 1.4052427);
}

/// CIELAB in any of libvips' codings to sRGB, by formula. A table-driven transform (Little CMS
/// makes one for 8 bits) is out by 20 levels and more where colours leave the gamut.
static int lab(VipsImage *in, VipsImage **out) {
    VipsObject *scope = VIPS_OBJECT(vips_image_new());
    VipsImage **t = (VipsImage **) vips_object_local_array(scope, 8);
    int packed = vips_image_get_coding(in) != VIPS_CODING_NONE;
    int status = vips_image_decode(in, &t[0]);
    if (!status && vips_image_get_interpretation(t[0]) == VIPS_INTERPRETATION_LABS)
        status = vips_LabS2Lab(t[0], &t[1], NULL);
    else if (!status)
        status = vips_cast_float(t[0], &t[1], NULL);
    // LABQ has 10 bits of lightness and the file 8: libvips shifts, so 255 became 1020 of 1023.
    double lightness[3] = {packed ? 1023.0 / 1020.0 : 1.0, 1.0, 1.0};
    double zero[3] = {0.0, 0.0, 0.0};
    VipsArrayDouble *white = vips_array_double_newv(3, 96.42, 100.0, 82.49);
    t[2] = linear_srgb_matrix();
    status = status || vips_linear(t[1], &t[3], lightness, zero, 3, NULL) ||
             vips_Lab2XYZ(t[3], &t[4], "temp", white, NULL) ||
             vips_linear1(t[4], &t[5], 0.01, 0.0, NULL) || vips_recomb(t[5], &t[6], t[2], NULL) ||
             vips_copy(t[6], &t[7], "interpretation", VIPS_INTERPRETATION_scRGB, NULL) ||
             vips_scRGB2sRGB(t[7], out, NULL);
    vips_area_unref(VIPS_AREA(white));
    g_object_unref(scope);
    return status;
}

/// 255 - round((255 - colour) alpha / 255): white shows through, rounded to nearest.
static int over_white(VipsImage *in, VipsImage *alpha, VipsImage **out) {
    VipsObject *scope = VIPS_OBJECT(vips_image_new());
    VipsImage **t = (VipsImage **) vips_object_local_array(scope, 5);
    int status = vips_invert(in, &t[0], NULL) || vips_multiply(t[0], alpha, &t[1], NULL) ||
                 vips_linear1(t[1], &t[2], 1.0 / 255.0, 0.0, NULL) ||
                 vips_rint(t[2], &t[3], NULL) ||
                 vips_linear1(t[3], &t[4], -1.0, 255.0, NULL) || vips_cast_uchar(t[4], out, NULL);
    g_object_unref(scope);
    return status;
}

/// Colour bands only, no alpha, to sRGB of the same depth (CMYK and Lab always to 8 bits).
static int to_srgb(VipsImage *in, int32_t colour, VipsImage **out) {
    switch (colour) {
        case CVIPS_COLOUR_BY_PROFILE:
            // What Pillow does by default, so that training data prepared there looks the same:
            // perceptual intent, and black to black, which Little CMS adds for its own sRGB.
            return vips_icc_transform(
                in, out, "srgb", "embedded", TRUE, "pcs", VIPS_PCS_LAB, "intent",
                VIPS_INTENT_PERCEPTUAL, "black_point_compensation", TRUE, "depth",
                vips_image_get_format(in) == VIPS_FORMAT_USHORT ? 16 : 8, NULL);
        case CVIPS_COLOUR_PLAIN_CMYK: {
            VipsImage *bytes = NULL;
            int status = to_8_bit(in, &bytes) || plain_cmyk(bytes, out);
            if (bytes)
                g_object_unref(bytes);
            return status;
        }
        case CVIPS_COLOUR_LAB:
            return lab(in, out);
        default:
            return vips_copy(in, out, NULL);
    }
}

/// One band becomes three equal ones.
static int to_three_bands(VipsImage *in, VipsImage **out) {
    if (vips_image_get_bands(in) != 1)
        return vips_extract_band(in, out, 0, "n", 3, NULL);
    VipsImage *three[3] = {in, in, in};
    return vips_bandjoin(three, out, 3, NULL);
}

int cvips_to_rgb(VipsImage *in, int32_t colour, VipsImage **out) {
    VipsObject *scope = VIPS_OBJECT(vips_image_new());
    VipsImage **t = (VipsImage **) vips_object_local_array(scope, 7);
    int packed = vips_image_get_coding(in) != VIPS_CODING_NONE;
    int bands = vips_image_get_bands(in);
    int alpha = !packed && vips_image_hasalpha(in);
    int status = 0;

    // Alpha steps aside: a profile describes colour only.
    if (alpha)
        status = vips_extract_band(in, &t[0], 0, "n", bands - 1, NULL) ||
                 vips_extract_band(in, &t[1], bands - 1, NULL) || to_8_bit(t[1], &t[2]);
    else
        status = vips_copy(in, &t[0], NULL);

    status = status || to_srgb(t[0], colour, &t[3]) || to_8_bit(t[3], &t[4]) ||
             to_three_bands(t[4], &t[5]) ||
             vips_copy(t[5], &t[6], "interpretation", VIPS_INTERPRETATION_sRGB, NULL);
    if (!status)
        status = alpha ? over_white(t[6], t[2], out) : vips_copy(t[6], out, NULL);
    g_object_unref(scope);
    return status;
}
