import Foundation

/// How a garment is cut: its neck opening on the chart, and how far off the skin it lies.
package struct GarmentCut {
    /// Millimetres down the chart, in front, at the sides and behind.
    var front, side, back: Double
    /// Half the angle that a V takes up in front; 0 for a round neck.
    var vee: Double = 0
    /// Millimetres off the skin, outside.
    var off: Float
    /// How deep folds are, millimetres.
    var folds: Float = 1.2

    package init(_ style: ClothesStyle) {
        switch style {
        case .crewneck: (front, side, back, off) = (232, 226, 219, 5)
        case .shirt: (front, side, back, off) = (226, 225, 218, 5)
        case .blouse:
            (front, side, back, off) = (264, 232, 224, 4.5)
            vee = 0.8
        case .hoodie:
            (front, side, back, off) = (234, 228, 222, 7)
            folds = 2
        case .turtleneck: (front, side, back, off) = (222, 220, 216, 5.5)
        case .suit:
            (front, side, back, off) = (330, 226, 218, 11)
            vee = 1.05
        case .dress: (front, side, back, off) = (292, 286, 300, 4)
        }
    }

    /// Where the opening's edge lies on the chart.
    package func edge(_ angle: Double) -> Double {
        let c = cos(angle)
        guard c > 0 else { return side + (back - side) * -c }
        guard vee > 0 else { return side + (front - side) * c * c }
        // The power keeps the V straight although the bust widens below.
        let across = min(1, abs(sin(angle)) / sin(vee))
        return abs(angle) < vee ? side + (front - side) * (1 - pow(across, 0.65)) : side
    }
}
