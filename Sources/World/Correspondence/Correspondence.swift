/// Where each pixel of one render is found in another, exactly: from the meshes, not from colours.
///
/// Pixel p of A shows a point of a triangle. The same point of the same triangle on B's meshes,
/// projected by B's camera, is p + flow. It counts as visible when it falls inside B's picture and a
/// ray from B's camera to it meets nothing more than ``tolerance`` before it.
public struct Correspondence: Sendable {
    /// What became of a pixel of A.
    public enum State: UInt8, Sendable {
        /// A shows the background there, or a part that B's meshes lack or that has another topology.
        case none = 0
        /// B shows the same point.
        case visible
        /// Something in B hides the point.
        case occluded
        /// The point lies beside B's picture or behind its camera.
        case outside
    }

    /// Metres by which something may lie before a point and not hide it: 0.5 mm, far above the
    /// rounding of rays and far below a lid or a strand that does hide.
    public static let tolerance: Float = 0.0005

    /// Columns of A and of all maps.
    public let width: Int
    /// Rows of A.
    public let height: Int
    /// Columns of B.
    public let targetWidth: Int
    /// Rows of B.
    public let targetHeight: Int
    /// `[height, width]`: place in B minus place in A, pixels, x right and y down; 0 where there is no
    /// place.
    public let flow: [SIMD2<Float>]
    /// `[height, width]`: raw values of ``State``.
    public let state: [UInt8]
    /// `[height, width]`: depth of the point from B's camera, metres; 0 where there is no place.
    public let depth: [Float]

    /// Whether B shows what A's pixel shows.
    ///
    /// - Parameter index: `0..<width * height`.
    /// - Returns: true where the flow can be trusted.
    public func isVisible(_ index: Int) -> Bool { state[index] == State.visible.rawValue }

    /// The continuous place in B of a pixel of A.
    ///
    /// - Parameter index: `0..<width * height`.
    /// - Returns: pixels, centres at i + 0.5.
    public func place(_ index: Int) -> SIMD2<Float> {
        SIMD2(Float(index % width) + 0.5, Float(index / width) + 0.5) + flow[index]
    }

    /// How far going to B and back misses, in A's pixels.
    ///
    /// - Parameter back: the correspondence from B to A; its flow is looked up bilinearly.
    /// - Returns: `[height, width]`; nil where the point or one of the four pixels around its place is
    ///   not visible from both sides, or where those four show distant surfaces.
    /// - Throws: ``RenderError/notAlike(detail:)`` when `back` is not between the same sizes.
    public func cycleError(_ back: Correspondence) throws -> [Float?] {
        guard back.width == targetWidth, back.height == targetHeight, back.targetWidth == width,
            back.targetHeight == height
        else {
            throw RenderError.notAlike(
                detail: "\(width) x \(height) to \(targetWidth) x \(targetHeight), and back from "
                    + "\(back.width) x \(back.height) to \(back.targetWidth) x "
                    + "\(back.targetHeight)")
        }
        return (0..<width * height).map { i in
            guard isVisible(i) else { return nil }
            let taps = Taps(place(i), width: targetWidth, height: targetHeight)
            var sum = SIMD2<Float>()
            for tap in taps.all {
                guard back.isVisible(tap.index) else { return nil }
                // Flow jumps where a nearer surface ends: there is nothing to interpolate across.
                let jump = back.flow[tap.index] + flow[i]
                guard (jump * jump).sum() < 9 else { return nil }
                sum += back.flow[tap.index] * tap.weight
            }
            let miss = flow[i] + sum
            return (miss * miss).sum().squareRoot()
        }
    }
}

/// The four pixels around a place and their bilinear weights.
struct Taps {
    private let tap: ((Int, Float), (Int, Float), (Int, Float), (Int, Float))

    /// Clamped at the edges.
    init(_ place: SIMD2<Float>, width: Int, height: Int) {
        let x = place.x - 0.5
        let y = place.y - 0.5
        let left = x.rounded(.down)
        let top = y.rounded(.down)
        let fx = x - left
        let fy = y - top
        func column(_ x: Float) -> Int { min(max(Int(x), 0), width - 1) }
        func row(_ y: Float) -> Int { min(max(Int(y), 0), height - 1) * width }
        tap = (
            (row(top) + column(left), (1 - fx) * (1 - fy)),
            (row(top) + column(left + 1), fx * (1 - fy)),
            (row(top + 1) + column(left), (1 - fx) * fy),
            (row(top + 1) + column(left + 1), fx * fy)
        )
    }

    var all: [(index: Int, weight: Float)] { [tap.0, tap.1, tap.2, tap.3].map { ($0.0, $0.1) } }
}
