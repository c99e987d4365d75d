import Foundation
import Images

/// A small change to an alignment: what a detector's uncertainty does, or more, to train against it.
public struct AlignmentJitter: Hashable, Sendable {
    /// Turn about the middle of the aligned face, from x towards y.
    public var angleRadians: Double
    /// Growth about the middle.
    public var scale: Double
    /// Shift to the right, in sides of the aligned face.
    public var x: Double
    /// Shift down, in sides of the aligned face.
    public var y: Double
    /// Whether left and right are exchanged, after the rest.
    public var mirrored: Bool

    /// No change.
    public static let none = AlignmentJitter()

    /// A change by its parts.
    public init(
        angleRadians: Double = 0, scale: Double = 1, x: Double = 0, y: Double = 0,
        mirrored: Bool = false
    ) {
        self.angleRadians = angleRadians
        self.scale = scale
        self.x = x
        self.y = y
        self.mirrored = mirrored
    }

    /// A random change, uniform within limits on both sides.
    ///
    /// - Parameters:
    ///   - angleRadians: the largest turn.
    ///   - growth: the largest change of scale: 0.1 allows 1 / 1.1 ... 1.1.
    ///   - shift: the largest shift along each axis, in sides.
    ///   - mirrors: whether half of all are mirrored.
    ///   - generator: drawn from five times, whatever the limits.
    /// - Returns: the change.
    public static func random(
        angleRadians: Double, growth: Double, shift: Double, mirrors: Bool,
        using generator: inout some RandomNumberGenerator
    ) -> AlignmentJitter {
        // 53 bits of each draw, so that the numbers do not depend on the standard library's ways.
        func signed() -> Double { Double(generator.next() >> 11) * 0x1p-52 - 1 }
        return AlignmentJitter(
            angleRadians: angleRadians * signed(), scale: exp(log(1 + growth) * signed()),
            x: shift * signed(), y: shift * signed(), mirrored: signed() < 0 && mirrors)
    }

    /// The change as a map of the pixels of an aligned face.
    ///
    /// - Parameter size: the face's side, pixels.
    /// - Returns: from an aligned face to the changed one.
    func transform(size: Int) -> AffineTransform2D {
        let middle = Double(size - 1) / 2
        let turn = SimilarityTransform(scale: scale, angleRadians: angleRadians, tx: 0, ty: 0)
        let side = Double(size)
        let moved = AffineTransform2D.translation(-middle, -middle).then(turn.affine)
            .then(.translation(middle + x * side, middle + y * side))
        guard mirrored else { return moved }
        return moved.then(AffineTransform2D(a: -1, b: 0, tx: 2 * middle, c: 0, d: 1, ty: 0))
    }
}
