/// One triangle on its way into a picture: the numbers of ``Rasterizer``'s rule.
struct RasterTriangle {
    let x: SIMD3<Float>
    let y: SIMD3<Float>
    let z: SIMD3<Float>
    private let area: Float

    init(_ vertices: UnsafeBufferPointer<Float>, _ triangle: SIMD3<Int32>) {
        let (a, b, c) = (3 * Int(triangle.x), 3 * Int(triangle.y), 3 * Int(triangle.z))
        x = SIMD3(vertices[a], vertices[b], vertices[c])
        y = SIMD3(vertices[a + 1], vertices[b + 1], vertices[c + 1])
        z = SIMD3(vertices[a + 2], vertices[b + 2], vertices[c + 2])
        area = edge(x[2], y[2], x[0], y[0], x[1], y[1])
    }

    /// Whether the rule draws any pixel of it. Where coordinates are infinite or not numbers, the
    /// area is too, and no weight comes out above 0.
    var isDrawn: Bool {
        abs(area) > 1e-8 && area.isFinite && !(z.x < 1e-8 || z.y < 1e-8 || z.z < 1e-8)
    }

    /// How near p is to each corner; nil unless it lies strictly inside.
    @inline(__always)
    func weights(_ px: Float, _ py: Float) -> SIMD3<Float>? {
        let w0 = edge(px, py, x[1], y[1], x[2], y[2]) / (area + 1e-8)
        let w1 = edge(px, py, x[2], y[2], x[0], y[0]) / (area + 1e-8)
        let w2 = edge(px, py, x[0], y[0], x[1], y[1]) / (area + 1e-8)
        return w0 > 0 && w1 > 0 && w2 > 0 ? SIMD3(w0, w1, w2) : nil
    }

    /// How far outside its bounding box rounding may let the rule find pixels of the triangle.
    ///
    /// A point m outside a box of width w has a weight of at most -m / 2w, hence an edge function
    /// of at least area m / 2w with the wrong sign. Rounding moves an edge function by at most E =
    /// 5 u (Dx h + Dy w), with u = 2^-24 and D the largest distance between corners and pixels. So
    /// beyond m = 2w E / (area - E) the sign stands. Slivers, whose area is about E, are the reason
    /// for this care: for them the rule, in single precision, finds pixels far outside.
    ///
    /// - Parameters:
    ///   - columns: the picture's pixels along x.
    ///   - rows: the picture's pixels along y.
    /// - Returns: the distance in parts of the box; infinite where pixels may be anywhere.
    func stretch(_ columns: PixelAxis, _ rows: PixelAxis) -> Double {
        let (width, height) = (Double(x.max() - x.min()), Double(y.max() - y.min()))
        let error =
            5 * 0x1p-24 * (columns.reach(of: x) * height + rows.reach(of: y) * width) + 1e-37
        let rest = Double(abs(area)) - error
        return rest > error ? 2 * error / rest : .infinity
    }
}

/// Twice the signed area of the triangle p, a, b.
@inline(__always)
private func edge(
    _ px: Float, _ py: Float, _ ax: Float, _ ay: Float, _ bx: Float, _ by: Float
) -> Float {
    (px - ax) * (by - ay) - (py - ay) * (bx - ax)
}
