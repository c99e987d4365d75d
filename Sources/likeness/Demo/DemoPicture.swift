import Foundation
import Images

/// A drawn portrait, from formulas: the demo needs a picture that is nobody's.
enum DemoPicture {
    /// The five alignment points of the drawing: eyes, nose, corners of the mouth, in 0...1.
    static let points = [
        Point(0.405, 0.455), Point(0.595, 0.455), Point(0.5, 0.56),
        Point(0.43, 0.655), Point(0.57, 0.655),
    ]

    /// Draws it, with 4 x 4 samples a pixel.
    static func draw(_ side: Int) throws -> Image {
        try Image(width: side, height: side) { out in
            for y in 0..<side {
                for x in 0..<side {
                    var sum = SIMD3<Double>.zero
                    for sample in 0..<16 {
                        let u = (Double(x) + (Double(sample % 4) + 0.5) / 4) / Double(side)
                        let v = (Double(y) + (Double(sample / 4) + 0.5) / 4) / Double(side)
                        sum += colour(u, v)
                    }
                    for c in 0..<3 {
                        out[(y * side + x) * 3 + c] = UInt8(min(max(sum[c] / 16, 0), 1) * 255)
                    }
                }
            }
        }
    }

    /// The colour at a place in 0...1, RGB in 0...1.
    private static func colour(_ x: Double, _ y: Double) -> SIMD3<Double> {
        typealias RGB = SIMD3<Double>
        /// Inside an ellipse: positive, 1 at its centre.
        func inside(_ cx: Double, _ cy: Double, _ rx: Double, _ ry: Double) -> Double {
            1 - pow((x - cx) / rx, 2) - pow((y - cy) / ry, 2)
        }
        var rgb = RGB(0.86, 0.90, 0.93) - RGB(0.25, 0.18, 0.10) * y
        let skin = RGB(0.80, 0.58, 0.45), hair = RGB(0.20, 0.12, 0.09)
        if inside(0.5, 0.44, 0.275, 0.33) > 0 || (y > 0.44 && abs(x - 0.5) < 0.27 && y < 0.72) {
            rgb = hair * (0.85 + 0.5 * pow(sin(26 * (x - 0.5) + 5 * y), 2))
        }
        if inside(0.5, 1.08, 0.40, 0.25) > 0 {
            rgb = RGB(0.17, 0.32, 0.42) * (1.25 - 0.6 * abs(x - 0.42))
        }
        if abs(x - 0.5) < 0.095, y > 0.66, y < 0.875 { rgb = skin * 0.8 }
        let face = inside(0.5, 0.51, 0.205, 0.27)
        if face > 0 {
            // Light from the upper left, on a rounded shape.
            rgb = skin * (0.72 + 0.42 * face - 0.5 * (x - 0.5) - 0.22 * (y - 0.5))
            for cheek in [0.39, 0.61] {
                rgb += RGB(0.12, -0.02, 0) * max(0, inside(cheek, 0.60, 0.06, 0.05))
            }
        }
        if face > 0, y < 0.36 + 0.10 * pow(abs(x - 0.42) / 0.2, 1.5) - 0.02 { rgb = hair * 1.15 }
        for eye in [0.405, 0.595] {
            let white = inside(eye, 0.455, 0.042, 0.021)
            if white > 0 { rgb = RGB(0.95, 0.94, 0.92) * (0.85 + 0.15 * white) }
            if white > 0, inside(eye + 0.004, 0.455, 0.019, 0.019) > 0 {
                rgb = RGB(0.22, 0.40, 0.36)
            }
            if white > 0, inside(eye + 0.004, 0.455, 0.009, 0.009) > 0 {
                rgb = RGB(0.05, 0.05, 0.06)
            }
            if inside(eye + 0.010, 0.449, 0.005, 0.005) > 0 { rgb = RGB(1, 1, 1) }
            if inside(eye, 0.413 + 2 * pow(x - eye, 2) * 3, 0.052, 0.009) > 0 { rgb = hair }
        }
        if inside(0.508, 0.555, 0.022, 0.014) > 0 { rgb = skin * 0.70 }
        if inside(0.494, 0.50, 0.010, 0.055) > 0 { rgb = skin * 1.12 }
        let lips = inside(0.5, 0.655 - 1.6 * pow(x - 0.5, 2) * 2, 0.072, 0.021)
        if lips > 0 { rgb = RGB(0.66, 0.28, 0.27) * (0.85 + 0.3 * lips) }
        return rgb
    }
}
