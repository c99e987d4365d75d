// Shared by the C files of this target; Swift never sees it.

#ifndef CVIPS_INTERNAL_H
#define CVIPS_INTERNAL_H

#include <vips/vips.h>

#include "CVips.h"

/// Moves libvips' error log into `error`, as one line, and empties it. Returns -1, so that a failing
/// function can end with `return cvips_fail(...)`.
int cvips_fail(char *error, size_t error_size);

/// Turns any supported picture into 3 bands of 8-bit sRGB; `colour` is a CVIPS_COLOUR_ path.
int cvips_to_rgb(VipsImage *in, int32_t colour, VipsImage **out);

#endif
