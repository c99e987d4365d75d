// Plain C functions over Embree's ray casting, for Swift.
//
// Embree's packets are over-aligned structures and its entry points differ between version 3
// (Debian 12) and 4 (Homebrew): both are hidden here. What rays mean stays in Swift.
//
// Conventions
//   - Functions return 0 on success and -1 on failure; on failure `error` holds one line of text,
//     always terminated, at most `error_size` bytes.
//   - Nothing here exits, prints or starts a thread: a device is opened with one thread, and the
//     caller may cast rays into one scene from as many threads as it likes.
//   - A scene borrows the memory of its meshes until it is closed. A device must outlive its scenes.
//   - Equal rays in equal batches give equal hits on one machine; across processors of different
//     vector width the last bit may differ.

#ifndef CRAYS_H
#define CRAYS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct crays_device crays_device;
typedef struct crays_scene crays_scene;

// --- Devices -------------------------------------------------------------------------------------

/// Opens Embree for one building thread.
int crays_device_open(crays_device **device, char *error, size_t error_size);

/// Closes a device; null is fine.
void crays_device_close(crays_device *device);

/// How many rays travel together: 16, 8, 4 or 1, the widest that this machine has instructions for.
int32_t crays_device_width(const crays_device *device);

/// Embree's own version, major * 10000 + minor * 100 + patch.
int32_t crays_device_version(const crays_device *device);

// --- Scenes --------------------------------------------------------------------------------------

/// One triangle mesh. Indices must lie below `vertex_count`: they are not checked here.
typedef struct {
    /// 4 floats a vertex: x, y, z and one that is not read.
    const float *positions;
    size_t vertex_count;
    /// 4 numbers a triangle: three vertices and one that is not read.
    const uint32_t *triangles;
    size_t triangle_count;
    /// Null for a solid mesh, else `opacity_height * opacity_width` texels: rays pass where the
    /// texel, looked up bilinearly with clamping, is below their threshold.
    const float *opacity;
    uint32_t opacity_width;
    uint32_t opacity_height;
    /// Floats from one texel to the next.
    size_t opacity_stride;
    /// 2 floats a vertex in 0...1, needed with `opacity` only.
    const float *coordinates;
} crays_mesh;

enum {
    CRAYS_BUILD_FAST = 0,   // Morton order: quickest to build
    CRAYS_BUILD_MEDIUM = 1, // surface area heuristic
};

/// Builds a scene; hits name a mesh by its place in `meshes`.
int crays_scene_open(
    crays_device *device, const crays_mesh *meshes, size_t count, int32_t quality,
    crays_scene **scene, char *error, size_t error_size);

/// Closes a scene; null is fine.
void crays_scene_close(crays_scene *scene);

// --- Rays ----------------------------------------------------------------------------------------

/// Rays as one array for each number. Directions need not be of unit length: distances are in
/// multiples of them. A ray with a number that is not finite (but for an infinite far distance) meets
/// nothing.
typedef struct {
    const float *origin_x, *origin_y, *origin_z;
    const float *direction_x, *direction_y, *direction_z;
    const float *near_distance, *far_distance;
    /// Decides at cut-out meshes: 0 passes below opacity 0.5. Otherwise the threshold is drawn from
    /// the upper 24 bits and the triangle, plus the lower 8 bits / 256, modulo 1. Null: all 0.
    const uint32_t *key;
} crays_rays;

/// The nearest hit of each ray, as one array for each number.
typedef struct {
    /// Place of the mesh, or CRAYS_MISS; then the other numbers are not written.
    uint32_t *mesh;
    uint32_t *triangle;
    /// Weights of the triangle's second and third vertex.
    float *u, *v;
    float *distance;
} crays_hits;

#define CRAYS_MISS 0xFFFFFFFFu

/// Finds what each ray meets first. `coherent` promises that neighbouring rays are alike.
int crays_intersect(
    const crays_scene *scene, const crays_rays *rays, size_t count, int32_t coherent,
    const crays_hits *hits, char *error, size_t error_size);

/// Writes 1 for each ray that meets anything, else 0.
int crays_occluded(
    const crays_scene *scene, const crays_rays *rays, size_t count, int32_t coherent,
    uint8_t *occluded, char *error, size_t error_size);

#ifdef __cplusplus
}
#endif

#endif
