import Foundation

/// The colour wheel that optical flow is shown in: hue is direction, saturation is length.
///
/// Baker et al., "A Database and Evaluation Methodology for Optical Flow", 2011: 55 colours, spaced
/// by how well eyes tell hues apart. The last colour does not meet the first, as in the authors'
/// program, so exactly rightward motion shows a faint seam in a smooth field. Still is white; rightward is red, downward yellow, leftward
/// cyan-blue, upward violet.
public enum FlowColour {
    /// Steps of the wheel's six arcs: red to yellow, green, cyan, blue, magenta and back.
    private static let arcs = [15, 6, 4, 11, 13, 6]

    /// The wheel's colours in order, three values of 0...255 each.
    public static let wheel: [[Double]] = {
        // In each arc one channel rises from 0 or falls to it while the others rest.
        let moving = [(1, true), (0, false), (2, true), (1, false), (0, true), (2, false)]
        let resting: [[Double]] = [
            [255, 0, 0], [0, 255, 0], [0, 255, 0], [0, 0, 255], [0, 0, 255], [255, 0, 0],
        ]
        return arcs.indices.flatMap { arc in
            (0..<arcs[arc]).map { step in
                var colour = resting[arc]
                let amount = (255 * Double(step) / Double(arcs[arc])).rounded(.down)
                colour[moving[arc].0] = moving[arc].1 ? amount : 255 - amount
                return colour
            }
        }
    }()

    /// The colour of one motion.
    ///
    /// - Parameters:
    ///   - u: motion to the right, in units of the full scale.
    ///   - v: motion down, in units of the full scale.
    /// - Returns: red, green and blue. Longer than the scale is darkened to three quarters; what is
    ///   not a number is black.
    public static func colour(_ u: Double, _ v: Double) -> (red: UInt8, green: UInt8, blue: UInt8) {
        guard u.isFinite, v.isFinite else { return (0, 0, 0) }
        let length = (u * u + v * v).squareRoot()
        // The wheel starts opposite to rightward, so the angle of the reversed motion is taken.
        let place = (atan2(-v, -u) / .pi + 1) / 2 * Double(wheel.count - 1)
        let low = Int(place.rounded(.down))
        let fraction = place - Double(low)
        let (a, b) = (wheel[low % wheel.count], wheel[(low + 1) % wheel.count])
        func channel(_ c: Int) -> UInt8 {
            let hue = ((1 - fraction) * a[c] + fraction * b[c]) / 255
            let value = length <= 1 ? 1 - length * (1 - hue) : hue * 0.75
            return UInt8(min(max(255 * value, 0), 255))
        }
        return (channel(0), channel(1), channel(2))
    }
}
