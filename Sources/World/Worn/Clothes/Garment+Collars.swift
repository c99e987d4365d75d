import Foundation

extension Garment {
    /// A ribbed band at the neck.
    mutating func addRib() {
        let edge = cut.edge
        addStrip(Self.around, isClosed: true, patch: Self.collarPatch) { angle in
            let d = edge(angle) - 11
            return [
                (angle, d + 14, 0.8), (angle, d + 3, 1.4), (angle, d, 3), (angle, d + 0.6, 4.8),
                (angle, d + 4, 6), (angle, d + 10, 6.6), (angle, d + 14.5, 6.4),
                (angle, d + 16, 4.2),
            ]
        }
    }

    /// A high collar folded over itself.
    mutating func addRoll() {
        let (edge, phase) = (cut.edge, phase)
        addStrip(Self.around, isClosed: true, patch: Self.collarPatch) { angle in
            let top = 194 - 4 * cos(angle)
            let end = edge(angle) + 6
            let wave = 0.8 * sinf(Float(angle) * 3 + phase)
            return [
                (angle, end - 4, 2.5), (angle, top + 12, 4.5), (angle, top + 2, 6),
                (angle, top - 0.6, 7.8), (angle, top + 1.5, 9.6), (angle, top + 9, 11 + wave),
                (angle, end - 12, 11.4 + wave), (angle, end - 3, 11 + wave), (angle, end, 9),
                (angle, end - 1, 5),
            ]
        }
    }

    /// A shirt's collar: a stand around the neck and a fall with two points.
    mutating func addShirtCollar(gap: Double = 0.07) {
        addStrip(Self.behind(gap), isClosed: false, patch: Self.collarPatch) { angle in
            let from = .pi - abs(angle - .pi)  // 0 in front ... pi behind
            let c = cos(from)
            let top = 208 + (c > 0 ? 11 * c * c : 9 * c)
            // The front edge runs from the button out to the point.
            let point = 0.46
            let outer =
                from < point
                ? top + 7 + (264 - top) * (from - gap) / (point - gap)
                : 238 + 33 * pow(max(0, 1 - (from - point) / 1.1), 1.5)
            func fall(_ t: Double, _ off: Float) -> (Double, Double, Float) {
                (angle, top + t * (outer - top), off)
            }
            return [
                (angle, 234, 1.5), (angle, top + 8, 4.5), (angle, top + 1, 6.2),
                (angle, top - 1.2, 7.6),
                fall(0.06, 9.2), fall(0.4, 10), fall(0.75, 10.4), fall(1, 10.6), fall(1, 9.2),
                fall(0.7, 8),
            ]
        }
    }

    /// A jacket's collar and lapels, along the edge of its opening.
    mutating func addLapels() {
        let edge = cut.edge
        let notch = 0.72
        addStrip(Self.around, isClosed: true, patch: Self.overPatch) { angle in
            let from = abs(angle)
            let side: Double = angle < 0 ? -1 : 1
            let d = edge(angle)
            var wide = (angle: 0.0, down: 26.0)
            if from < notch {
                wide = (0.5 * pow(from / notch, 0.75), 2)
            } else if from < 1.5 {
                let t = smooth(notch, 1.5, from)
                wide = (0.26 * (1 - t), 12 + 14 * t)
            }
            func at(_ t: Double, _ off: Float) -> (Double, Double, Float) {
                (angle + side * wide.angle * t, d + wide.down * t, off)
            }
            return [
                (angle, d + 10, 8), (angle, d - 1.5, 11.5), at(0.04, 14.2), at(0.5, 15.4),
                at(0.96, 15), at(1, 13.6), at(0.9, 11.5),
            ]
        }
    }

    /// The shirt's front that shows in a jacket's opening.
    mutating func addShirtFront() {
        let angles = (0...24).map { 1.35 * (Double($0) / 12 - 1) }
        addStrip(angles, isClosed: false, patch: Self.shirtPatch) { angle in
            [(222.0, Float(3)), (232, 4.5), (245, 5), (265, 5), (290, 5), (320, 5), (345, 4)].map {
                (angle, $0.0, $0.1)
            }
        }
    }

    /// A tie: knot and blade.
    mutating func addTie() {
        let up = SIMD3<Float>(0, 0.25, 1)
        let knot = [(217.0, Float(8)), (219, 10), (228, 11.5), (236, 10.5)]
        mesh.tube(
            knot.map { place(0, $0.0, $0.1) },
            radii: [SIMD2(11, 3), SIMD2(13, 5.5), SIMD2(11, 6.5), SIMD2(7.5, 4.5)], up: up,
            sides: 12,
            squareness: 0.7, patch: .init(0.36...0.5, 0.94...1))
        let blade = [
            (233.0, Float(8.5)), (243, 9.5), (262, 9), (290, 8.5), (320, 8), (344, 8), (420, 8),
        ]
        let widths: [Float] = [7.5, 10.5, 14, 18, 22, 25, 31]
        mesh.tube(
            blade.map { place(0, $0.0, $0.1) }, radii: widths.map { SIMD2($0, 2) }, up: up,
            sides: 10,
            squareness: 0.6, patch: .init(0.52...0.98, 0.94...1))
    }
}
