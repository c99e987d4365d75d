import Synchronization

/// Where on the face skin is flushed, thin, deep-set or shiny: the same for everybody, so worked out
/// once a size and process.
final class SkinZones: Sendable {
    /// One texel's shares, each 0...1 or a little more.
    struct Zone {
        /// Cheeks, nose and chin.
        var heat: Float
        /// Where rouge is put.
        var rouge: Float
        /// The sockets, and below the eyes.
        var socket: Float
        var under: Float
        /// Nose and forehead.
        var shine: Float
    }

    /// `[height * width]`.
    let zones: [Zone]

    private static let known = Mutex<[Int: SkinZones]>([:])

    /// The zones of a canvas.
    static func of(_ canvas: SkinCanvas) -> SkinZones {
        known.withLock { known in
            if let zones = known[canvas.width] { return zones }
            let zones = SkinZones(canvas)
            known[canvas.width] = zones
            return zones
        }
    }

    private init(_ canvas: SkinCanvas) {
        var result: [Zone] = []
        result.reserveCapacity(canvas.width * canvas.height)
        for y in 0..<canvas.height {
            let d = canvas.down[min(y, canvas.skinRows - 1)]
            for x in 0..<canvas.width {
                let s = abs(canvas.across[x])
                func spot(_ at: SIMD2<Float>, _ radii: SIMD2<Float>) -> Float {
                    SkinPainter.spot(s, d, at: at, radii)
                }
                var heat = 0.5 * spot([46, 56], [16, 14])
                heat += 0.55 * spot([0, 66], [10, 12])
                heat += 0.3 * spot([0, 126], [15, 10])
                heat += 0.25 * spot([14, 76], [7, 6])
                result.append(
                    Zone(
                        heat: heat, rouge: spot([52, 54], [14, 9]),
                        socket: spot([33, 31], [17, 11]), under: spot([31, 41], [12, 4]),
                        shine: spot([0, 66], [9, 12]) + 0.6 * spot([0, -5], [30, 20])))
            }
        }
        zones = result
    }
}
