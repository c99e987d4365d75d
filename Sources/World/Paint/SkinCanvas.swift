/// The head's texture while it is painted: layers change rectangles of it, in the chart's millimetres.
///
/// Texture and chart stretch apart, column by column and row by row, so both are looked up once.
final class SkinCanvas {
    let width: Int
    let height: Int
    /// For each column, millimetres about the head: the chart's angle times its radius.
    let across: [Float]
    /// For each row, millimetres below the skull's ring.
    let down: [Float]
    /// Rows from here on belong to ears and mouth.
    let skinRows: Int
    var albedo: [SIMD3<Float>]
    /// Highlight strength, roughness, height in millimetres.
    var surface: [SIMD3<Float>]
    var region: [UInt8]

    init(size: Int) {
        width = size
        height = size
        let texel = 1 / Double(size)
        across = (0..<size).map { x in
            let place = HeadChart.place(texture: SIMD2((Double(x) + 0.5) * texel, 0.5))
            return Float(HeadChart.radius * place.angle)
        }
        down = (0..<size).map { y in
            Float(HeadChart.place(texture: SIMD2(0.5, (Double(y) + 0.5) * texel)).down)
        }
        skinRows = Int(HeadChart.skinRows * Double(size))
        albedo = [SIMD3<Float>](repeating: .zero, count: size * size)
        surface = albedo
        region = [UInt8](repeating: Region.skin.rawValue, count: size * size)
    }

    /// Millimetres that a texel covers in the face: detail finer than this is left out.
    var grain: Float { abs(down[skinRows / 2 + 1] - down[skinRows / 2]) }

    /// Calls `body` with (texel, mm across, mm down) for every texel of a rectangle of the skin.
    func each(
        across a: ClosedRange<Float>, down d: ClosedRange<Float>,
        _ body: (Int, Float, Float) -> Void
    ) {
        let columns = across.indices.filter { a.contains(across[$0]) }
        guard let first = columns.first, let last = columns.last else { return }
        for y in 0..<skinRows where d.contains(down[y]) {
            for x in first...last { body(y * width + x, across[x], down[y]) }
        }
    }

    func texture() -> Texture {
        Texture(
            width: width, height: height, albedo: albedo.map { SIMD4($0, 1) }, surface: surface,
            region: region)
    }
}

/// Smooth noise over the plane, -1 ... 1, the same on every machine.
enum ValueNoise {
    /// One octave; features are about 1 wide.
    static func at(_ x: Float, _ y: Float, _ seed: UInt32) -> Float {
        let fx = x.rounded(.down)
        let fy = y.rounded(.down)
        let (ix, iy) = (Int32(fx), Int32(fy))
        var (tx, ty) = (x - fx, y - fy)
        tx = tx * tx * (3 - 2 * tx)
        ty = ty * ty * (3 - 2 * ty)
        let a = hash(ix, iy, seed)
        let b = hash(ix + 1, iy, seed)
        let c = hash(ix, iy + 1, seed)
        let d = hash(ix + 1, iy + 1, seed)
        let top = a + (b - a) * tx
        let bottom = c + (d - c) * tx
        return 2 * (top + (bottom - top) * ty) - 1
    }

    /// Three octaves, each half as strong and twice as fine.
    static func layered(_ x: Float, _ y: Float, _ seed: UInt32) -> Float {
        (at(x, y, seed) + 0.5 * at(2.03 * x, 2.03 * y, seed &+ 1)
            + 0.25 * at(4.1 * x, 4.1 * y, seed &+ 2)) / 1.75
    }

    /// 0 ..< 1 for a cell.
    static func hash(_ x: Int32, _ y: Int32, _ seed: UInt32) -> Float {
        var h = UInt32(bitPattern: x) &* 0x8DA6_B343
        h ^= UInt32(bitPattern: y) &* 0xD816_3841
        h ^= seed &* 0xCB1A_B31F
        h = (h ^ (h >> 15)) &* 0x2C1B_3C6D
        h = (h ^ (h >> 12)) &* 0x297A_2D39
        h ^= h >> 15
        return Float(h >> 8) * 0x1p-24
    }
}

/// 0 at `a`, 1 at `b`, level at both ends; clamped outside. `a` may be the larger.
func smooth(_ a: Float, _ b: Float, _ x: Float) -> Float {
    Scalar.smooth(a, b, x)
}
