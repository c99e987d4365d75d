import Images
import Torch

extension FaceAlignment {
    /// The map from a picture to the aligned face, changed a little.
    ///
    /// - Parameters:
    ///   - points: the five in the picture, pixels.
    ///   - jitter: the change.
    /// - Returns: the map between pixel centres.
    /// - Throws: as ``transform(from:)``.
    public func transform(from points: [Point], jitter: AlignmentJitter) throws
        -> AffineTransform2D
    {
        let map = try transform(from: points).affine
        return jitter == .none ? map : map.then(jitter.transform(size: size))
    }

    /// The face, cut out of a tensor of bytes: the way for training, which reads those from shards.
    ///
    /// - Parameters:
    ///   - bytes: the picture `[C, H, W]`, uint8, on the CPU.
    ///   - points: the five in it, pixels.
    ///   - jitter: a change to the alignment.
    /// - Returns: `[C, size, size]`, uint8; without jitter the very bytes of
    ///   ``aligned(_:_:border:)``.
    /// - Throws: ``FaceError`` for another shape or dtype; as ``transform(from:)``.
    public func alignedTensor(
        _ bytes: Tensor, _ points: [Point], jitter: AlignmentJitter = .none
    ) throws -> Tensor {
        guard bytes.rank == 3, bytes.dtype == .uint8, bytes.count > 0 else {
            throw FaceError.shape(
                of: "bytes", expected: "[C, H, W] of uint8, not of \(bytes.dtype)",
                found: bytes.shape)
        }
        let source = try bytes.contiguous()
        let result = try Tensor.zeros([bytes.shape[0], size, size], dtype: .uint8)
        let planes = PlanarPixels(
            width: bytes.shape[2], height: bytes.shape[1], channels: bytes.shape[0])
        let back = try transform(from: points, jitter: jitter).inverted()
        try source.withBytes { input in
            try result.withMutableBytes { planes.warp(input, into: $0, size: size, by: back) }
        }
        return result
    }

    /// The face, cut out of a picture, as ``alignedTensor(_:_:jitter:)-(Tensor,_,_)`` gives it.
    public func alignedTensor(
        _ image: Image, _ points: [Point], jitter: AlignmentJitter = .none
    ) throws -> Tensor {
        try alignedTensor(image.bytesTensor(), points, jitter: jitter)
    }
}

/// Bytes plane by plane, `[C, H, W]`, to be sampled bilinearly with black outside.
private struct PlanarPixels {
    let width, height, channels: Int

    /// Fills squares of `size` with what `back` finds for each of their pixels.
    func warp(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, size: Int,
        by back: AffineTransform2D
    ) {
        let (plane, area) = (width * height, size * size)
        for y in 0..<size {
            for x in 0..<size {
                let place = back(Point(Double(x), Double(y)))
                guard place.x > -1, place.y > -1, place.x < Double(width),
                    place.y < Double(height)
                else { continue }
                let (left, top) = (place.x.rounded(.down), place.y.rounded(.down))
                let (column, row) = (Int(left), Int(top))
                let (fx, fy) = (place.x - left, place.y - top)
                let (hasLeft, hasRight) = (column >= 0, column + 1 < width)
                let (hasAbove, hasBelow) = (row >= 0, row + 1 < height)
                var index = row * width + column
                for channel in 0..<channels {
                    let v00 = hasLeft && hasAbove ? Double(source[index]) : 0
                    let v01 = hasRight && hasAbove ? Double(source[index + 1]) : 0
                    let v10 = hasLeft && hasBelow ? Double(source[index + width]) : 0
                    let v11 = hasRight && hasBelow ? Double(source[index + width + 1]) : 0
                    let upper = v00 + fx * (v01 - v00)
                    let lower = v10 + fx * (v11 - v10)
                    // Between bytes, so the rounded value is one too.
                    let value = (upper + fy * (lower - upper)).rounded(.toNearestOrEven)
                    target[channel * area + y * size + x] = UInt8(min(max(value, 0), 255))
                    index += plane
                }
            }
        }
    }
}
