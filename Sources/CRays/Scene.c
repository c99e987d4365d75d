// Building a scene from meshes, some of them with holes in their texture.

#include <math.h>
#include <stdlib.h>

#include "Internal.h"

/// One texel, clamped at the edges.
static float texel(const crays_mesh *mesh, int x, int y) {
    int w = (int) mesh->opacity_width - 1, h = (int) mesh->opacity_height - 1;
    x = x < 0 ? 0 : x > w ? w : x;
    y = y < 0 ? 0 : y > h ? h : y;
    return mesh->opacity[((size_t) y * mesh->opacity_width + (size_t) x) * mesh->opacity_stride];
}

/// Opacity at a hit: the same bilinear rule as the renderer's own texture look-up.
static float opacity(const crays_mesh *mesh, unsigned triangle, float u, float v) {
    const uint32_t *corner = mesh->triangles + 4 * (size_t) triangle;
    const float *a = mesh->coordinates + 2 * (size_t) corner[0];
    const float *b = mesh->coordinates + 2 * (size_t) corner[1];
    const float *c = mesh->coordinates + 2 * (size_t) corner[2];
    float w = 1 - u - v;
    float x = (w * a[0] + u * b[0] + v * c[0]) * (float) mesh->opacity_width - 0.5f;
    float y = (w * a[1] + u * b[1] + v * c[1]) * (float) mesh->opacity_height - 0.5f;
    if (!(x > -1 && x < 65536 && y > -1 && y < 65536))
        return 1;
    int left = (int) floorf(x), top = (int) floorf(y);
    float fx = x - (float) left, fy = y - (float) top;
    float upper = texel(mesh, left, top) * (1 - fx) + texel(mesh, left + 1, top) * fx;
    float lower = texel(mesh, left, top + 1) * (1 - fx) + texel(mesh, left + 1, top + 1) * fx;
    return upper * (1 - fy) + lower * fy;
}

/// A number in 0..<1 from the ray's key and the triangle, see `crays_rays.key`.
static float threshold(uint32_t key, uint32_t mesh, uint32_t triangle) {
    if (key == 0)
        return 0.5f;
    uint32_t x = (key >> 8) * 0x9E3779B1u ^ (triangle + mesh * 0x632BE5ABu) * 0x85EBCA77u;
    x ^= x >> 15;
    x *= 0x2C1B3C6Du;
    x ^= x >> 12;
    x *= 0x297A2D39u;
    x ^= x >> 15;
    x += key << 24; // the lower 8 bits as a fraction: samples of one pixel share out 0..<1
    return (float) (x >> 8) * (1.0f / 16777216.0f);
}

// Embree offers names for these places to C++ only: field k of ray or hit i is at [k * N + i].
enum { RAY_ID = 10, HIT_U = 3, HIT_V = 4, HIT_TRIANGLE = 5 };

void crays_filter(const struct RTCFilterFunctionNArguments *arguments) {
    const struct crays_cutout *cutout = arguments->geometryUserPtr;
    const uint32_t *ray_numbers = (const void *) arguments->ray;
    const uint32_t *hit_numbers = (const void *) arguments->hit;
    const float *hit_floats = (const void *) arguments->hit;
    size_t n = arguments->N;
    for (size_t i = 0; i < n; i++) {
        if (arguments->valid[i] != -1)
            continue;
        uint32_t triangle = hit_numbers[HIT_TRIANGLE * n + i];
        float u = hit_floats[HIT_U * n + i], v = hit_floats[HIT_V * n + i];
        uint32_t key = ray_numbers[RAY_ID * n + i];
        if (opacity(&cutout->mesh, triangle, u, v) < threshold(key, cutout->index, triangle))
            arguments->valid[i] = 0;
    }
}

/// Hands one mesh to Embree, without a copy.
static void attach(crays_scene *scene, const crays_mesh *mesh, unsigned index, int32_t quality) {
    RTCGeometry geometry = rtcNewGeometry(scene->device, RTC_GEOMETRY_TYPE_TRIANGLE);
    rtcSetGeometryBuildQuality(
        geometry, quality == CRAYS_BUILD_FAST ? RTC_BUILD_QUALITY_LOW : RTC_BUILD_QUALITY_MEDIUM);
    rtcSetSharedGeometryBuffer(
        geometry, RTC_BUFFER_TYPE_VERTEX, 0, RTC_FORMAT_FLOAT3, mesh->positions, 0,
        4 * sizeof(float), mesh->vertex_count);
    rtcSetSharedGeometryBuffer(
        geometry, RTC_BUFFER_TYPE_INDEX, 0, RTC_FORMAT_UINT3, mesh->triangles, 0,
        4 * sizeof(uint32_t), mesh->triangle_count);
    if (mesh->opacity && mesh->coordinates && mesh->opacity_width && mesh->opacity_height) {
        scene->cutouts[index].mesh = *mesh;
        scene->cutouts[index].index = index;
        rtcSetGeometryUserData(geometry, &scene->cutouts[index]);
        rtcSetGeometryIntersectFilterFunction(geometry, crays_filter);
        rtcSetGeometryOccludedFilterFunction(geometry, crays_filter);
    }
    rtcCommitGeometry(geometry);
    rtcAttachGeometryByID(scene->handle, geometry, index);
    rtcReleaseGeometry(geometry);
}

int crays_scene_open(
    crays_device *device, const crays_mesh *meshes, size_t count, int32_t quality,
    crays_scene **result, char *error, size_t error_size) {
    if (!device || !result || (!meshes && count > 0))
        return crays_fail(error, error_size, "no device, meshes or place for the scene", NULL);
    *result = NULL;
    crays_scene *scene = calloc(1, sizeof *scene);
    if (scene)
        scene->cutouts = calloc(count ? count : 1, sizeof *scene->cutouts);
    if (!scene || !scene->cutouts) {
        crays_scene_close(scene);
        return crays_fail(error, error_size, "the scene could not be built", "out of memory");
    }
    scene->device = device->handle;
    scene->width = device->width;
    scene->handle = rtcNewScene(device->handle);
    rtcSetSceneBuildQuality(
        scene->handle,
        quality == CRAYS_BUILD_FAST ? RTC_BUILD_QUALITY_LOW : RTC_BUILD_QUALITY_MEDIUM);
    // Robust: no ray slips through between two triangles that share an edge.
    rtcSetSceneFlags(scene->handle, RTC_SCENE_FLAG_ROBUST);
    for (size_t i = 0; i < count; i++)
        attach(scene, &meshes[i], (unsigned) i, quality);
    rtcCommitScene(scene->handle);
    enum RTCError code = rtcGetDeviceError(device->handle);
    if (code != RTC_ERROR_NONE) {
        crays_scene_close(scene);
        return crays_fail(error, error_size, "the scene could not be built", crays_reason(code));
    }
    *result = scene;
    return 0;
}

void crays_scene_close(crays_scene *scene) {
    if (!scene)
        return;
    if (scene->handle)
        rtcReleaseScene(scene->handle);
    free(scene->cutouts);
    free(scene);
}
