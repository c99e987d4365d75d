import Checkpoints
import Torch

/// The maps that may be stored with a picture, all `[H, W]` or `[C, H, W]`.
public enum TruthMap: String, CaseIterable, Sendable {
    /// `uint8 [3, H, W]`: sRGB without light.
    case albedo
    /// `float16 [3, H, W]`: light without albedo, linear.
    case shading
    /// `float16 [H, W]`: metres behind the camera's distance to the world's origin; NaN for nothing.
    case depth
    /// `int8 [3, H, W]`: unit normals in camera axes times 127.
    case normal
    /// `uint8 [H, W]`: raw values of ``Region``.
    case region
    /// `part` uint8, `triangle` int32, `barycentrics` float16 [2, H, W], `coordinate` float16
    /// [2, H, W]: which point of which surface a pixel shows.
    case surface
}

extension Portrait {
    /// The chosen maps as tensors, in a fixed order.
    func tensors(_ maps: [TruthMap]) -> [TensorSource] {
        maps.flatMap { map -> [TensorSource] in
            let (h, w) = (view.height, view.width)
            switch map {
            case .albedo:
                let pixels = view.albedo.pixels
                let planes = (0..<3).flatMap { c in
                    stride(from: c, to: pixels.count, by: 3).map { pixels[$0] }
                }
                return [
                    TensorSource(name: "albedo", dtype: .uint8, shape: [3, h, w], bytes: planes)
                ]
            case .shading:
                let planes = (0..<3).flatMap { c in view.shading.map { $0[c] } }
                return [halves("shading", [3, h, w], planes)]
            case .depth:
                let p = view.camera.position
                let reference = (p * p).sum().squareRoot()
                return [
                    halves("depth", [h, w], view.depth.map { $0 > 0 ? $0 - reference : .nan })
                ]
            case .normal:
                let planes = (0..<3).flatMap { c in
                    view.normal.map { UInt8(bitPattern: Int8((127 * $0[c]).rounded())) }
                }
                return [
                    TensorSource(name: "normal", dtype: .int8, shape: [3, h, w], bytes: planes)
                ]
            case .region:
                return [
                    TensorSource(name: "region", dtype: .uint8, shape: [h, w], bytes: view.region)
                ]
            case .surface:
                return surfaceTensors(h, w)
            }
        }
    }

    private func surfaceTensors(_ h: Int, _ w: Int) -> [TensorSource] {
        let triangles = view.triangle.flatMap { value in
            (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
        }
        return [
            TensorSource(name: "part", dtype: .uint8, shape: [h, w], bytes: view.part),
            TensorSource(name: "triangle", dtype: .int32, shape: [h, w], bytes: triangles),
            halves(
                "barycentrics", [2, h, w], (0..<2).flatMap { c in view.barycentrics.map { $0[c] } }),
            halves(
                "coordinate", [2, h, w], (0..<2).flatMap { c in view.coordinate.map { $0[c] } }),
        ]
    }

    private func halves(_ name: String, _ shape: [Int], _ values: [Float]) -> TensorSource {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2 * values.count)
        for value in values {
            let bits = HalfBits.of(value)
            bytes.append(UInt8(truncatingIfNeeded: bits))
            bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
        }
        return TensorSource(name: name, dtype: .float16, shape: shape, bytes: bytes)
    }
}

/// IEEE half precision, to nearest even; written out, since `Float16` is missing on some Macs.
package enum HalfBits {
    package static func of(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        let sign = UInt16(truncatingIfNeeded: (bits >> 16) & 0x8000)
        let magnitude = bits & 0x7FFF_FFFF
        if magnitude > 0x7F80_0000 { return sign | 0x7E00 }
        if magnitude >= 0x4780_0000 { return sign | 0x7C00 }
        if magnitude < 0x3880_0000 {
            // Subnormal: adding one half lets the adder round to multiples of 2^-24.
            let shifted = Float(bitPattern: magnitude) + 0.5
            return sign | UInt16(truncatingIfNeeded: shifted.bitPattern &- 0x3F00_0000)
        }
        let odd = (magnitude >> 13) & 1
        return sign | UInt16(truncatingIfNeeded: (magnitude &- 0x3800_0000 &+ 0xFFF &+ odd) >> 13)
    }
}
