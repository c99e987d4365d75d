// Shared by the C files of this target; Swift never sees it.

#ifndef CRAYS_INTERNAL_H
#define CRAYS_INTERNAL_H

#if __has_include(<embree4/rtcore.h>)
#include <embree4/rtcore.h>
#else
#include <embree3/rtcore.h>
#endif

#include "CRays.h"

struct crays_device {
    RTCDevice handle;
    int32_t width;
};

/// What the filter needs to know of a cut-out mesh.
struct crays_cutout {
    crays_mesh mesh;
    uint32_t index;
};

struct crays_scene {
    RTCScene handle;
    RTCDevice device;
    int32_t width;
    /// One for each mesh; geometries point into it.
    struct crays_cutout *cutouts;
};

/// Writes `text` and, unless null, `detail` as one line. Returns -1, so that a failing function can
/// end with `return crays_fail(...)`.
int crays_fail(char *error, size_t error_size, const char *text, const char *detail);

/// The words for an Embree error code.
const char *crays_reason(enum RTCError code);

/// Lets rays pass where a cut-out mesh is less opaque than their threshold.
void crays_filter(const struct RTCFilterFunctionNArguments *arguments);

#endif
