import Images
import TestSupport
import Testing

/// Warps against `cv2.warpAffine`; fixture by `Reference/images/write_fixtures.py`.
@Suite struct WarpTests {
    /// The fixture's matrices, `[6, 2, 3]`, from their float and remainder.
    static func matrices(_ fixture: Fixture) throws -> [AffineTransform2D] {
        let values = zip(try fixture.floats("matrices"), try fixture.floats("matrices.rest"))
            .map { Double($0) + Double($1) }
        return stride(from: 0, to: values.count, by: 6).map { i in
            AffineTransform2D(
                a: values[i], b: values[i + 1], tx: values[i + 2], c: values[i + 3],
                d: values[i + 4], ty: values[i + 5])
        }
    }

    @Test func matchesOpenCVWithinOneLevel() throws {
        let fixture = try Fixture("images/geometry")
        let source = try Pictures.image(fixture, "source")
        let expected = try fixture.bytes("warps")
        let size = expected.count / 6
        var (differing, most) = (0, 0)
        for (i, matrix) in try Self.matrices(fixture).enumerated() {
            let result = try source.warped(by: matrix, width: 64, height: 56)
            let reference = try Image(
                width: 64, height: 56, pixels: Array(expected[(i * size)..<((i + 1) * size)]))
            let difference = Difference(result, reference)
            differing += difference.differing
            most = max(most, difference.most)
        }
        print("warp: most \(most), \(differing) of \(expected.count) differ")
        #expect(most <= 1)
        #expect(Double(differing) / Double(expected.count) <= 0.0002)
    }

    @Test func warpsMasksLikeOpenCV() throws {
        let fixture = try Fixture("images/geometry")
        let shape = try fixture.shape("mask")
        let mask = try Mask(
            width: shape[1], height: shape[0], values: try fixture.floats("mask"))
        var most: Float = 0
        for (i, matrix) in try Self.matrices(fixture).prefix(3).enumerated() {
            let result = try mask.warped(by: matrix, width: 64, height: 56)
            let expected = try fixture.floats("mask_warp\(i)")
            most = zip(result.values, expected).reduce(most) { max($0, abs($1.0 - $1.1)) }
        }
        print("mask warp: most \(most)")
        #expect(most < 2e-4)
    }

    @Test func movesWholePixelsExactlyAndLeavesBlackBehind() throws {
        let source = try Pictures.waves(20, 15)
        let moved = try source.warped(by: .translation(4, -3), width: 20, height: 15)
        for y in 0..<15 {
            for x in 0..<20 {
                let inside = x >= 4 && y + 3 < 15
                #expect(moved[x, y, 1] == (inside ? source[x - 4, y + 3, 1] : 0))
            }
        }
    }

    @Test func refusesToFlattenThePlane() throws {
        let flat = AffineTransform2D(a: 1, b: 2, tx: 0, c: 2, d: 4, ty: 0)
        #expect(throws: ImageError.notInvertible(determinant: 0)) {
            try Pictures.waves(8, 8).warped(by: flat, width: 8, height: 8)
        }
        #expect(
            ImageError.notInvertible(determinant: 0).description
                == "The transform has determinant 0.0 and no inverse: "
                + "it flattens the picture to a line or a point.")
    }
}
