// Casting batches of rays in the widest packets that the machine has.

#include <math.h>
#include <string.h>

#include "Internal.h"

// Version 4 moved the flags from a context into arguments, and the packet before them.
#if RTC_VERSION_MAJOR >= 4
#define INTERSECT_SETTINGS(name, is_coherent)                                                     \
    struct RTCIntersectArguments name;                                                             \
    rtcInitIntersectArguments(&name);                                                              \
    name.flags = (is_coherent) ? RTC_RAY_QUERY_FLAG_COHERENT : RTC_RAY_QUERY_FLAG_INCOHERENT
#define OCCLUDED_SETTINGS(name, is_coherent)                                                      \
    struct RTCOccludedArguments name;                                                              \
    rtcInitOccludedArguments(&name);                                                               \
    name.flags = (is_coherent) ? RTC_RAY_QUERY_FLAG_COHERENT : RTC_RAY_QUERY_FLAG_INCOHERENT
#define CAST(function, valid, scene, settings, rays) function(valid, scene, rays, settings)
#define CAST_ONE(function, scene, settings, ray) function(scene, ray, settings)
#else
#define INTERSECT_SETTINGS(name, is_coherent)                                                     \
    struct RTCIntersectContext name;                                                               \
    rtcInitIntersectContext(&name);                                                                \
    name.flags = (is_coherent) ? RTC_INTERSECT_CONTEXT_FLAG_COHERENT                               \
                               : RTC_INTERSECT_CONTEXT_FLAG_INCOHERENT
#define OCCLUDED_SETTINGS(name, is_coherent) INTERSECT_SETTINGS(name, is_coherent)
#define CAST(function, valid, scene, settings, rays) function(valid, scene, settings, rays)
#define CAST_ONE(function, scene, settings, ray) function(scene, settings, ray)
#endif

/// Copies `n` rays from `start` into the fields of a packet, which are arrays of at least `n`.
#define LOAD(ray, rays, start, n)                                                                  \
    do {                                                                                           \
        size_t bytes = (n) * sizeof(float);                                                        \
        memcpy((ray).org_x, (rays)->origin_x + (start), bytes);                                    \
        memcpy((ray).org_y, (rays)->origin_y + (start), bytes);                                    \
        memcpy((ray).org_z, (rays)->origin_z + (start), bytes);                                    \
        memcpy((ray).dir_x, (rays)->direction_x + (start), bytes);                                 \
        memcpy((ray).dir_y, (rays)->direction_y + (start), bytes);                                 \
        memcpy((ray).dir_z, (rays)->direction_z + (start), bytes);                                 \
        memcpy((ray).tnear, (rays)->near_distance + (start), bytes);                               \
        memcpy((ray).tfar, (rays)->far_distance + (start), bytes);                                 \
        if ((rays)->key)                                                                           \
            memcpy((ray).id, (rays)->key + (start), bytes);                                        \
    } while (0)

/// -1 for a ray that may be cast, else 0. Builds of Embree with assertions, Debian's among them, end
/// the program on rays that are not finite, and a broken normal can make one.
static int is_finite(const crays_rays *rays, size_t i) {
    const float limit = 1e18f; // Embree's own
    return -(fabsf(rays->origin_x[i]) < limit && fabsf(rays->origin_y[i]) < limit
             && fabsf(rays->origin_z[i]) < limit && fabsf(rays->direction_x[i]) < limit
             && fabsf(rays->direction_y[i]) < limit && fabsf(rays->direction_z[i]) < limit
             && rays->near_distance[i] <= rays->far_distance[i]);
}

/// Both casts for packets of N rays.
#define DEFINE_PACKETS(N)                                                                          \
    static void intersect##N(                                                                      \
        const crays_scene *scene, const crays_rays *rays, size_t count, int32_t coherent,          \
        const crays_hits *hits) {                                                                  \
        INTERSECT_SETTINGS(settings, coherent);                                                    \
        _Alignas(64) int valid[N];                                                                 \
        for (size_t start = 0; start < count; start += N) {                                        \
            size_t n = count - start < N ? count - start : N;                                      \
            struct RTCRayHit##N packet;                                                            \
            memset(&packet, 0, sizeof packet);                                                     \
            memset(packet.ray.mask, 0xFF, sizeof packet.ray.mask);                                 \
            memset(packet.hit.geomID, 0xFF, sizeof packet.hit.geomID);                             \
            memset(packet.hit.instID, 0xFF, sizeof packet.hit.instID);                             \
            for (size_t i = 0; i < N; i++)                                                         \
                valid[i] = i < n ? is_finite(rays, start + i) : 0;                                 \
            LOAD(packet.ray, rays, start, n);                                                      \
            CAST(rtcIntersect##N, valid, scene->handle, &settings, &packet);                       \
            memcpy(hits->mesh + start, packet.hit.geomID, n * sizeof(uint32_t));                   \
            memcpy(hits->triangle + start, packet.hit.primID, n * sizeof(uint32_t));               \
            memcpy(hits->u + start, packet.hit.u, n * sizeof(float));                              \
            memcpy(hits->v + start, packet.hit.v, n * sizeof(float));                              \
            memcpy(hits->distance + start, packet.ray.tfar, n * sizeof(float));                    \
        }                                                                                          \
    }                                                                                              \
    static void occluded##N(                                                                       \
        const crays_scene *scene, const crays_rays *rays, size_t count, int32_t coherent,          \
        uint8_t *result) {                                                                         \
        OCCLUDED_SETTINGS(settings, coherent);                                                     \
        _Alignas(64) int valid[N];                                                                 \
        for (size_t start = 0; start < count; start += N) {                                        \
            size_t n = count - start < N ? count - start : N;                                      \
            struct RTCRay##N packet;                                                               \
            memset(&packet, 0, sizeof packet);                                                     \
            memset(packet.mask, 0xFF, sizeof packet.mask);                                         \
            for (size_t i = 0; i < N; i++)                                                         \
                valid[i] = i < n ? is_finite(rays, start + i) : 0;                                 \
            LOAD(packet, rays, start, n);                                                          \
            CAST(rtcOccluded##N, valid, scene->handle, &settings, &packet);                        \
            /* Embree marks a hit by a far distance of minus infinity. */                          \
            for (size_t i = 0; i < n; i++)                                                         \
                result[start + i] = valid[i] && packet.tfar[i] < 0;                                \
        }                                                                                          \
    }

DEFINE_PACKETS(4)
DEFINE_PACKETS(8)
DEFINE_PACKETS(16)

static struct RTCRay one_ray(const crays_rays *rays, size_t i) {
    struct RTCRay ray;
    memset(&ray, 0, sizeof ray);
    ray.org_x = rays->origin_x[i];
    ray.org_y = rays->origin_y[i];
    ray.org_z = rays->origin_z[i];
    ray.dir_x = rays->direction_x[i];
    ray.dir_y = rays->direction_y[i];
    ray.dir_z = rays->direction_z[i];
    ray.tnear = rays->near_distance[i];
    ray.tfar = rays->far_distance[i];
    ray.id = rays->key ? rays->key[i] : 0;
    ray.mask = 0xFFFFFFFFu;
    return ray;
}

static void intersect1(
    const crays_scene *scene, const crays_rays *rays, size_t count, int32_t coherent,
    const crays_hits *hits) {
    INTERSECT_SETTINGS(settings, coherent);
    for (size_t i = 0; i < count; i++) {
        struct RTCRayHit packet;
        memset(&packet.hit, 0xFF, sizeof packet.hit);
        packet.ray = one_ray(rays, i);
        if (is_finite(rays, i))
            CAST_ONE(rtcIntersect1, scene->handle, &settings, &packet);
        hits->mesh[i] = packet.hit.geomID;
        hits->triangle[i] = packet.hit.primID;
        hits->u[i] = packet.hit.u;
        hits->v[i] = packet.hit.v;
        hits->distance[i] = packet.ray.tfar;
    }
}

static void occluded1(
    const crays_scene *scene, const crays_rays *rays, size_t count, int32_t coherent,
    uint8_t *result) {
    OCCLUDED_SETTINGS(settings, coherent);
    for (size_t i = 0; i < count; i++) {
        struct RTCRay ray = one_ray(rays, i);
        if (is_finite(rays, i))
            CAST_ONE(rtcOccluded1, scene->handle, &settings, &ray);
        else
            ray.tfar = 0;
        result[i] = ray.tfar < 0;
    }
}

/// 0 when every array that a cast reads is there.
static int missing(const crays_scene *scene, const crays_rays *rays) {
    return !scene || !rays || !rays->origin_x || !rays->origin_y || !rays->origin_z
        || !rays->direction_x || !rays->direction_y || !rays->direction_z || !rays->near_distance
        || !rays->far_distance;
}

static int finish(const crays_scene *scene, char *error, size_t error_size) {
    enum RTCError code = rtcGetDeviceError(scene->device);
    if (code == RTC_ERROR_NONE)
        return 0;
    return crays_fail(error, error_size, "the rays could not be cast", crays_reason(code));
}

int crays_intersect(
    const crays_scene *scene, const crays_rays *rays, size_t count, int32_t coherent,
    const crays_hits *hits, char *error, size_t error_size) {
    if (missing(scene, rays) || !hits || !hits->mesh || !hits->triangle || !hits->u || !hits->v
        || !hits->distance)
        return crays_fail(error, error_size, "no scene, rays or place for the hits", NULL);
    switch (scene->width) {
    case 16: intersect16(scene, rays, count, coherent, hits); break;
    case 8: intersect8(scene, rays, count, coherent, hits); break;
    case 4: intersect4(scene, rays, count, coherent, hits); break;
    default: intersect1(scene, rays, count, coherent, hits); break;
    }
    return finish(scene, error, error_size);
}

int crays_occluded(
    const crays_scene *scene, const crays_rays *rays, size_t count, int32_t coherent,
    uint8_t *occluded, char *error, size_t error_size) {
    if (missing(scene, rays) || !occluded)
        return crays_fail(error, error_size, "no scene, rays or place for the answers", NULL);
    switch (scene->width) {
    case 16: occluded16(scene, rays, count, coherent, occluded); break;
    case 8: occluded8(scene, rays, count, coherent, occluded); break;
    case 4: occluded4(scene, rays, count, coherent, occluded); break;
    default: occluded1(scene, rays, count, coherent, occluded); break;
    }
    return finish(scene, error, error_size);
}
