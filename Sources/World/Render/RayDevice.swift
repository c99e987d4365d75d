import CRays

/// Embree, started once for a renderer; scenes are built on it and rays cast from any thread.
final class RayDevice: @unchecked Sendable {
    // Embree's devices may be used from several threads at once; the pointer never changes.
    let handle: OpaquePointer

    init() throws {
        var opened: OpaquePointer?
        try RayDevice.call { crays_device_open(&opened, $0, $1) }
        guard let opened else { throw RenderError.rayCasting(detail: "no device was opened") }
        handle = opened
    }

    deinit { crays_device_close(handle) }

    /// How many rays travel together.
    var packetWidth: Int { Int(crays_device_width(handle)) }

    /// Makes an error of a C function's sentence.
    static func call(
        _ body: (UnsafeMutablePointer<CChar>?, Int) -> Int32
    ) throws {
        let size = 256
        try withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { buffer in
            buffer.initialize(repeating: 0)
            guard body(buffer.baseAddress, size) != 0 else { return }
            let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw RenderError.rayCasting(detail: String(decoding: bytes, as: UTF8.self))
        }
    }
}

/// Rays in flight, one array for each number; as many as `capacity`.
///
/// Written and read through bare pointers: this is the renderer's innermost loop.
final class RayBatch {
    let capacity: Int
    /// Origin x, y, z; direction x, y, z; near; far: each `capacity` floats.
    private let floats: UnsafeMutablePointer<Float>
    let key: UnsafeMutablePointer<UInt32>
    let occluded: UnsafeMutablePointer<UInt8>
    private let pointers: crays_rays

    init(capacity: Int) {
        self.capacity = capacity
        let floats = UnsafeMutablePointer<Float>.allocate(capacity: 8 * capacity)
        self.floats = floats
        floats.initialize(repeating: 0, count: 8 * capacity)
        key = .allocate(capacity: capacity)
        key.initialize(repeating: 0, count: capacity)
        occluded = .allocate(capacity: capacity)
        occluded.initialize(repeating: 0, count: capacity)
        func array(_ i: Int) -> UnsafePointer<Float> { UnsafePointer(floats + i * capacity) }
        pointers = crays_rays(
            origin_x: array(0), origin_y: array(1), origin_z: array(2), direction_x: array(3),
            direction_y: array(4), direction_z: array(5), near_distance: array(6),
            far_distance: array(7), key: UnsafePointer(key))
    }

    deinit {
        floats.deallocate()
        key.deallocate()
        occluded.deallocate()
    }

    @inline(__always)
    func set(
        _ i: Int, origin: SIMD3<Float>, direction: SIMD3<Float>, near: Float, far: Float,
        key: UInt32
    ) {
        floats[i] = origin.x
        floats[capacity + i] = origin.y
        floats[2 * capacity + i] = origin.z
        floats[3 * capacity + i] = direction.x
        floats[4 * capacity + i] = direction.y
        floats[5 * capacity + i] = direction.z
        floats[6 * capacity + i] = near
        floats[7 * capacity + i] = far
        self.key[i] = key
    }

    /// Finds what the first `count` rays meet first.
    func intersect(
        _ scene: OpaquePointer, count: Int, coherent: Bool, into hits: HitPointers
    ) throws {
        var rays = pointers
        var places = crays_hits(
            mesh: hits.mesh, triangle: hits.triangle, u: hits.u, v: hits.v,
            distance: hits.distance)
        try RayDevice.call {
            crays_intersect(scene, &rays, count, coherent ? 1 : 0, &places, $0, $1)
        }
    }

    /// Sets ``occluded`` for the first `count` rays.
    func occlude(_ scene: OpaquePointer, count: Int, coherent: Bool) throws {
        var rays = pointers
        try RayDevice.call {
            crays_occluded(scene, &rays, count, coherent ? 1 : 0, occluded, $0, $1)
        }
    }
}

/// Where hits are written: one array for each number.
struct HitPointers {
    var mesh: UnsafeMutablePointer<UInt32>
    var triangle: UnsafeMutablePointer<UInt32>
    var u: UnsafeMutablePointer<Float>
    var v: UnsafeMutablePointer<Float>
    var distance: UnsafeMutablePointer<Float>

    static let miss = UInt32.max

    init(capacity: Int) {
        mesh = .allocate(capacity: capacity)
        triangle = .allocate(capacity: capacity)
        u = .allocate(capacity: capacity)
        v = .allocate(capacity: capacity)
        distance = .allocate(capacity: capacity)
        mesh.initialize(repeating: HitPointers.miss, count: capacity)
        triangle.initialize(repeating: 0, count: capacity)
        u.initialize(repeating: 0, count: capacity)
        v.initialize(repeating: 0, count: capacity)
        distance.initialize(repeating: 0, count: capacity)
    }

    /// The same arrays from a later place on.
    static func + (hits: HitPointers, offset: Int) -> HitPointers {
        var moved = hits
        moved.mesh += offset
        moved.triangle += offset
        moved.u += offset
        moved.v += offset
        moved.distance += offset
        return moved
    }

    func deallocate() {
        mesh.deallocate()
        triangle.deallocate()
        u.deallocate()
        v.deallocate()
        distance.deallocate()
    }
}
