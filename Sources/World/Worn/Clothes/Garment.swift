import Foundation

/// Clothes as a shell over shoulders and neck, with whatever is sewn to it.
///
/// The atlas: v 0...0.62 is the body by angle and way down; 0.64...0.8 collars (u to 0.7) and the
/// shirt under a jacket (u from 0.72); 0.82...0.92 hood and lapels; 0.94...1 buttons, strings, tie.
struct Garment {
    static let columns = 64
    /// The first and the last place down the chart that the atlas shows; the bust is drawn out to it.
    static let top = 190.0, hem = 515.0
    static let collarPatch = WornMesh.Patch(0...0.7, 0.64...0.8)
    static let shirtPatch = WornMesh.Patch(0.72...1, 0.64...0.8)
    static let overPatch = WornMesh.Patch(0...1, 0.82...0.92)

    let wearer: WearersHead
    let cut: GarmentCut
    /// Turns the folds, so that no two people's fall alike.
    let phase: Float
    var mesh = WornMesh()

    init(_ style: ClothesStyle, _ wearer: WearersHead, phase: Float) {
        self.wearer = wearer
        self.phase = phase
        cut = GarmentCut(style)
    }

    /// All around, from behind over the person's right, the front and the left, to behind.
    static func angle(_ column: Int, of count: Int = columns) -> Double {
        2 * .pi * Double(column) / Double(count) - .pi
    }

    /// Atlas coordinates of the body.
    static func bodyCoordinate(_ angle: Double, _ down: Double) -> SIMD2<Float> {
        SIMD2(
            Float((angle + .pi) / (2 * .pi)), Float(0.62 * (down - top) / (hem - top)))
    }

    /// A point `off` millimetres off the skin; past the bust's end the cloth hangs on.
    func place(_ angle: Double, _ down: Double, _ off: Float) -> SIMD3<Float> {
        let (p, n) = wearer.skin(angle, down)
        let past = Float(max(0, down - HeadChart.end))
        return p + n * off + SIMD3(0.12 * past * n.x, -past, 0.12 * past * max(n.z, 0))
    }

    /// Small folds that run down from the neck and grow on the way.
    func fold(_ angle: Double, _ down: Double) -> Float {
        let a = Float(angle)
        let wave =
            sinf(6 * a + 1.7 * sinf(2 * a + phase) + phase)
            + 0.6 * sinf(11 * a + phase * 3 + 0.02 * Float(down))
        return cut.folds * wave * ramp(Float(down), 238, 310)
    }

    /// The shell, turned in at the neck.
    mutating func addBody() {
        var rows: [[SIMD3<Float>]] = []
        var downs: [[Double]] = []
        let garment = self
        func row(_ down: (Double) -> Double, _ off: (Double, Double) -> Float) {
            let places = (0...Self.columns).map { c -> (Double, Double) in
                let angle = Self.angle(c % Self.columns)
                return (angle, down(angle))
            }
            rows.append(places.map { garment.place($0.0, $0.1, off($0.0, $0.1)) })
            downs.append(places.map(\.1))
        }
        let edge = cut.edge
        row({ edge($0) + 16 }, { _, _ in 1.2 })
        row({ edge($0) + 3 }, { _, _ in 1.6 })
        row({ edge($0) }, { _, _ in 0.5 * (1.6 + garment.cut.off) })
        let shares = [
            0.008, 0.03, 0.07, 0.12, 0.18, 0.25, 0.33, 0.42, 0.52, 0.63, 0.75, 0.88, 1, 1.15, 1.45,
            2.1,
        ]
        for share in shares {
            row(
                { angle in
                    let from = edge(angle)
                    return share <= 1
                        ? from + share * (HeadChart.end - from)
                        : HeadChart.end + (share - 1) / 1.1 * (Self.hem - HeadChart.end)
                },
                { angle, down in
                    garment.cut.off
                        + garment.fold(angle, down) * ramp(Float(down - edge(angle)), 4, 40)
                })
        }
        mesh.sheet(rows, isClosed: true) { r, c in
            Self.bodyCoordinate(Self.angle(c), downs[r][c])
        }
    }

    /// Adds a strip around the neck.
    ///
    /// - Parameters:
    ///   - angles: of its columns.
    ///   - isClosed: whether the last angle is the first one again.
    ///   - patch: of the atlas.
    ///   - profile: places of one column: angle, way down, off the skin; the outside lies on the
    ///     left as the profile goes on.
    mutating func addStrip(
        _ angles: [Double], isClosed: Bool, patch: WornMesh.Patch,
        _ profile: (Double) -> [(angle: Double, down: Double, off: Float)]
    ) {
        let columns = angles.map { angle in
            profile(angle).map { place($0.angle, $0.down, $0.off) }
        }
        let count = columns[0].count
        let rows = (0..<count).map { r in columns.map { $0[r] } }
        mesh.sheet(rows, isClosed: isClosed) { r, c in
            patch.at(Float(c) / Float(angles.count - 1), Float(r) / Float(count - 1))
        }
    }

    /// Angles all around, the first one repeated at the end.
    static var around: [Double] { (0...columns).map { angle($0 % columns) } }

    /// Angles around the back of the neck, leaving `gap` to either side in front.
    static func behind(_ gap: Double, count: Int = 56) -> [Double] {
        (0...count).map { gap + (2 * .pi - 2 * gap) * Double($0) / Double(count) }
    }
}
