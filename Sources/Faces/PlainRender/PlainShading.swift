import Torch

/// How SMIRK lights a head: grey, five white lights from infinitely far, no shadows.
enum PlainShading {
    /// Share of the light that skin throws back.
    static let albedo: Float = 180 / 255
    /// Brightness of each light.
    static let intensity: Float = 1.7
    /// Where the lights are, seen from the head: x to the right of the picture, y up, z towards
    /// the viewer. Unit length.
    static let lights: [SIMD3<Float>] = [
        SIMD3(-1, 1, 1), SIMD3(1, 1, 1), SIMD3(-1, -1, 1), SIMD3(1, -1, 1), SIMD3(0, 0, 1),
    ].map { $0 / ($0 * $0).sum().squareRoot() }

    /// Light thrown back at normal `n`: the mean over the lights of how much each gives.
    static func brightness(_ n: SIMD3<Float>) -> Float {
        var sum: Float = 0
        for light in lights { sum += min(max((n * light).sum(), 0), 1) * intensity }
        return albedo * (sum / Float(lights.count))
    }

    /// Lights what was drawn; normals are interpolated and left as long as that makes them.
    ///
    /// - Parameters:
    ///   - maps: what the rasteriser drew.
    ///   - normals: `[B, V, 3]`.
    ///   - triangles: that were drawn.
    /// - Returns: `[B, H, W]`.
    /// - Throws: `TorchError`.
    static func image(_ maps: RasterMaps, normals: Tensor, triangles: [SIMD3<Int32>]) throws
        -> Tensor
    {
        let image = try Tensor.zeros(maps.faceIndex.shape)
        let (B, V) = (normals.shape[0], normals.shape[1])
        let pixels = image.count / max(B, 1)
        try image.withFloats { image in
            try maps.faceIndex.withBytes { bytes in
                let faceIndex = bytes.bindMemory(to: Int64.self)
                try maps.barycentrics.withFloats { weights in
                    try normals.withFloats { normals in
                        for pixel in 0..<image.count where faceIndex[pixel] >= 0 {
                            let triangle = triangles[Int(faceIndex[pixel])]
                            let head = pixel / pixels * V
                            var n = SIMD3<Float>.zero
                            for corner in 0..<3 {
                                let k = 3 * (head + Int(triangle[corner]))
                                n +=
                                    SIMD3(normals[k], normals[k + 1], normals[k + 2])
                                    * weights[3 * pixel + corner]
                            }
                            image[pixel] = brightness(n)
                        }
                    }
                }
            }
        }
        return image
    }
}

extension Tensor {
    /// Calls `body` with the elements of a contiguous `float32` tensor on the CPU.
    func withFloats<Result>(_ body: (UnsafeMutableBufferPointer<Float>) throws -> Result) throws
        -> Result
    {
        precondition(dtype == .float32, "withFloats needs float32")
        return try withMutableBytes { try body($0.bindMemory(to: Float.self)) }
    }
}
