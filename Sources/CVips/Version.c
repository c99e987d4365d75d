#include "CVips.h"

#include <vips/vips.h>

const char *cvips_version(void) { return vips_version_string(); }
