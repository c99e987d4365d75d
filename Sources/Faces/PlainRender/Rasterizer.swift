import Torch

/// Draws triangles by the rule of PyTorch3D's naive rasteriser: blur 0, one face a pixel, no
/// perspective, no culling.
///
/// In single precision, with image coordinates x to the right and y down: edge(p, a, b) =
/// (p.x - a.x) (b.y - a.y) - (p.y - a.y) (b.x - a.x); area = edge(v2, v0, v1); the weights are
/// edge(p, v1, v2), edge(p, v2, v0) and edge(p, v0, v1), each divided by area + 1e-8. A pixel whose
/// centre p has three weights above 0 shows the face if its z, weighted likewise, is less than that
/// of every earlier face there. Faces of area at most 1e-8, or with a corner nearer than z = 1e-8,
/// are left out.
package struct Rasterizer {
    package let width: Int
    package let height: Int
    private let columns: PixelAxis
    private let rows: PixelAxis

    package init(width: Int, height: Int) {
        (self.width, self.height) = (width, height)
        columns = PixelAxis(width, against: height)
        rows = PixelAxis(height, against: width)
    }

    /// Draws B meshes of one topology.
    ///
    /// - Parameters:
    ///   - vertices: image coordinates and z, `[B, V, 3]`, contiguous `float32` on the CPU.
    ///   - triangles: vertices, each `0..<V`.
    /// - Returns: what each pixel shows.
    /// - Throws: `TorchError`.
    package func callAsFunction(_ vertices: Tensor, triangles: [SIMD3<Int32>]) throws -> RasterMaps
    {
        let B = vertices.shape[0]
        let maps = try RasterMaps(batch: B, width: width, height: height)
        let (mesh, pixels) = (vertices.shape[1] * 3, width * height)
        try vertices.withFloats { vertices in
            try maps.withBuffers { faceIndex, z, barycentrics in
                for b in 0..<B {
                    let points = UnsafeBufferPointer(
                        rebasing: vertices[b * mesh..<(b + 1) * mesh])
                    draw(
                        points, triangles, faceIndex: .init(rebasing: faceIndex[at(b, pixels)]),
                        z: .init(rebasing: z[at(b, pixels)]),
                        barycentrics: .init(rebasing: barycentrics[at(b, 3 * pixels)]))
                }
            }
        }
        return maps
    }

    private func at(_ index: Int, _ size: Int) -> Range<Int> { index * size..<(index + 1) * size }

    private func draw(
        _ vertices: UnsafeBufferPointer<Float>, _ triangles: [SIMD3<Int32>],
        faceIndex: UnsafeMutableBufferPointer<Int64>, z: UnsafeMutableBufferPointer<Float>,
        barycentrics: UnsafeMutableBufferPointer<Float>
    ) {
        for (face, triangle) in triangles.enumerated() {
            let corners = RasterTriangle(vertices, triangle)
            guard corners.isDrawn else { continue }
            let stretch = corners.stretch(columns, rows)
            let across = columns.pixels(around: corners.x, stretch: stretch)
            for row in rows.pixels(around: corners.y, stretch: stretch) {
                let y = rows.centres[row]
                for column in across {
                    guard let w = corners.weights(columns.centres[column], y) else { continue }
                    let depth = w.x * corners.z.x + w.y * corners.z.y + w.z * corners.z.z
                    let pixel = row * width + column
                    // Only a nearer face replaces another, so of equals the first one stays.
                    guard depth < (faceIndex[pixel] < 0 ? .infinity : z[pixel]) else { continue }
                    faceIndex[pixel] = Int64(face)
                    z[pixel] = depth
                    barycentrics[3 * pixel] = w.x
                    barycentrics[3 * pixel + 1] = w.y
                    barycentrics[3 * pixel + 2] = w.z
                }
            }
        }
    }
}

/// What a ``Rasterizer`` drew.
package struct RasterMaps {
    /// `[B, H, W]`, `int64`; -1 where nothing is.
    package let faceIndex: Tensor
    /// `[B, H, W]`; -1 where nothing is.
    package let z: Tensor
    /// `[B, H, W, 3]`; -1 where nothing is.
    package let barycentrics: Tensor

    init(batch: Int, width: Int, height: Int) throws {
        faceIndex = try Tensor.full([batch, height, width], -1, dtype: .int64)
        z = try Tensor.full([batch, height, width], -1)
        barycentrics = try Tensor.full([batch, height, width, 3], -1)
    }

    /// Calls `body` with the elements of ``faceIndex``, ``z`` and ``barycentrics``.
    func withBuffers(
        _ body: (
            UnsafeMutableBufferPointer<Int64>, UnsafeMutableBufferPointer<Float>,
            UnsafeMutableBufferPointer<Float>
        ) throws -> Void
    ) throws {
        try faceIndex.withMutableBytes { bytes in
            try z.withFloats { z in
                try barycentrics.withFloats { try body(bytes.bindMemory(to: Int64.self), z, $0) }
            }
        }
    }
}
