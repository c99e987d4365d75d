import Foundation

/// Points that the average adult head passes through, in millimetres: eyes at y = 0, ears at z = 0.
///
/// The table is a sculpture by numbers, after common anthropometric means (eye distance 63, head
/// 225 high, 152 wide, 195 deep). Between the points the skin bends as little as it can
/// (``RadialBasis``). Only the left half is written down.
enum HeadLandmarks {
    struct Landmark {
        var place: ChartPoint
        var position: SIMD3<Double>
    }

    /// Both halves, the middle once.
    static func all() -> [Landmark] {
        var half = skull() + bust() + face.map { Landmark(place: HeadChart.place($0), position: $0) }
        half += Eye.landmarks() + Mouth.landmarks()
        return half
            + half.filter { abs($0.position.x) > 1e-6 }.map {
                Landmark(
                    place: ChartPoint(angle: -$0.place.angle, down: $0.place.down),
                    position: $0.position * SIMD3(-1, 1, 1))
            }
    }

    /// The front: forehead, brows, nose, cheeks and chin, without eyes and lips.
    private static let face: [SIMD3<Double>] = [
        // forehead and temple
        [0, 52, 88.5], [22, 52, 85], [41, 50, 75], [56, 47, 58],
        [0, 34, 90.5], [22, 33, 88], [42, 31, 79], [57, 27, 62],
        [66, 18, 43], [65, 36, 38],
        // brow ridge
        [0, 18, 90.5], [12, 15, 89.2], [25, 17.5, 87.4], [38, 17.5, 83], [49, 13.5, 74.2], [57, 7, 63],
        // nose: back, sides, tip
        [0, 7, 88.8], [0, 0, 87.2], [0, -10, 91.5], [0, -21, 98.5], [0, -31, 104.6],
        [0, -38, 108.3], [0, -43.5, 107.4], [0, -48.5, 102.5], [0, -52.5, 96.5],
        [8, 6, 83.5], [6.5, -2, 82], [6.3, -11, 86.5], [6.8, -21, 92.3], [7, -31, 99.6], [6.5, -38, 106],
        [12, -8, 77.5], [13.5, -18, 80], [14, -28, 85.5], [11.5, -34, 95],
        [13.8, -37, 91.2], [17.3, -43, 89.5], [18.2, -47, 86.5], [16, -50.8, 87.5],
        [20.5, -40, 81.5], [21.5, -48, 80.5], [18.5, -54, 85],
        [11.5, -51.5, 92.2], [4.2, -51, 98.8],
        // nostril: rim and hollow
        [4.6, -48, 101.5], [8.2, -45.3, 102.5], [12.5, -46.3, 97.5], [8.2, -48.5, 92],
        // upper lip's skin
        [0, -57.5, 95.3], [4.5, -57.5, 96.2], [12, -57.5, 92.8], [20, -58.5, 87.5],
        [26.5, -55, 83], [29, -64, 81.5], [31.5, -71, 79], [29.5, -78, 80],
        // chin
        [0, -86.5, 89.6], [10, -86.5, 88.8], [19, -84.5, 84.8], [29, -87, 76.5],
        [0, -94.5, 91.6], [10.5, -95, 90], [20, -96.5, 83], [29.5, -97, 70],
        [0, -102, 91.3], [11, -103, 88.2], [20, -103.5, 80],
        // cheek
        [20, -20, 79.5], [29, -20, 80], [41, -18, 75], [52, -13, 64], [60.5, -8, 48],
        [27.5, -31, 81], [40, -31, 76], [52, -28, 64], [61, -24, 44.5],
        [29, -43, 80.8], [40, -44, 74.5], [51, -43, 60], [58.5, -41, 36],
        [38, -58, 71], [48, -58, 55], [56, -57, 27],
        [39, -73, 64], [48, -74, 46], [52.5, -73, 24],
        [38, -89, 59], [44.5, -88, 40],
        // side and back of the skull
        [72, 10, 8], [75, 10, -17], [71, 10, -48], [58, 10, -76], [33, 10, -96], [0, 10, -103],
        [70, -10, 10], [72.5, -10, -17], [69, -10, -48], [55, -10, -75], [31, -10, -92], [0, -10, -98],
        [65.5, -30, 6], [67.5, -30, -19], [63, -30, -46], [49, -30, -69], [28, -30, -83], [0, -30, -88.5],
        [60.5, -50, 4], [61, -50, -18], [56, -50, -40], [45, -50, -60], [26, -50, -73], [0, -50, -77],
        [55.5, -70, 3], [56.5, -70, -17], [53, -70, -38], [42, -70, -56], [24, -70, -67], [0, -70, -70.5],
        [50, -88, 18], [51, -86, 2], [54, -88, -17], [51, -88, -38], [41, -88, -54], [24, -88, -64],
        [0, -88, -67],
    ]

    /// The vault above the ring: a super-ellipsoid.
    private static func skull() -> [Landmark] {
        var result: [Landmark] = []
        for (latitude, count) in [(0.36, 10), (0.64, 9), (0.94, 7), (1.24, 5)] {
            let (c, s) = (pow(cos(latitude), 0.84), pow(sin(latitude), 0.84))
            for i in 0..<count {
                let angle = Double.pi * Double(i) / Double(count - 1)
                let depth = cos(angle) > 0 ? 98.5 : 97.5
                let p = SIMD3(
                    abs(76.5 * c * sin(angle)), 30 + 88 * s, -8 + depth * c * cos(angle))
                result.append(
                    Landmark(
                        place: ChartPoint(angle: angle, down: -HeadChart.radius * latitude),
                        position: p))
            }
        }
        result.append(
            Landmark(
                place: ChartPoint(angle: 0, down: HeadChart.crown), position: [0, 118, -8]))
        result += [
            [75.5, 32, 8], [77, 33, -18], [74, 33, -46], [60, 32, -76], [34, 31, -98], [0, 31, -105.5],
        ].map { Landmark(place: HeadChart.place($0), position: $0) }
        return result
    }

    /// Jaw line, throat, neck and shoulders: rows from front to back, even in angle.
    private static func bust() -> [Landmark] {
        let rows: [(down: Double, points: [SIMD3<Double>])] = [
            (
                140,
                [
                    [0, -109.5, 86], [13, -109, 83], [25, -107, 71], [34.5, -104, 54], [41, -102, 35],
                    [46, -101, 15], [49, -103, -4], [51.5, -105, -20], [48, -105, -41],
                    [31, -102, -57], [0, -101, -64],
                ]
            ),
            (
                158,
                [
                    [0, -114.5, 66], [12, -114, 64], [24, -113, 53], [33, -111.5, 39],
                    [40, -111, 22], [45.5, -112.5, 6], [49.5, -115, -9], [51.5, -117, -24],
                    [47.5, -117, -43], [31, -114, -57], [0, -112, -63],
                ]
            ),
            (
                178,
                [
                    [0, -121, 44], [12, -121, 42.5], [24, -120.5, 37], [35, -120.5, 27],
                    [43.5, -121.5, 14], [49, -123.5, 0], [52, -126, -14], [51.5, -128, -29],
                    [46, -129, -46], [30, -127, -58.5], [0, -125, -63.5],
                ]
            ),
        ]
        var result: [Landmark] = []
        for row in rows {
            for (i, p) in row.points.enumerated() {
                let place = ChartPoint(angle: .pi * Double(i) / 10, down: row.down)
                result.append(Landmark(place: place, position: p))
            }
        }
        // Ellipses below: height and depth of the front, height and depth of the back, half width.
        let rings: [(down: Double, front: SIMD2<Double>, back: SIMD2<Double>, width: Double)] = [
            (202, [-141, 40], [-138, -64.5], 53), (228, [-166, 42], [-154, -71], 58),
            (252, [-184, 48], [-164, -80], 88), (288, [-208, 62], [-184, -92], 146),
            (345, [-262, 80], [-246, -100], 182),
        ]
        for ring in rings {
            for i in 0...10 {
                let angle = Double.pi * Double(i) / 10
                let mix = (1 - cos(angle)) / 2
                let depth = (ring.front.y - ring.back.y) / 2
                let middle = (ring.front.y + ring.back.y) / 2
                // Shoulders slope down to the side.
                let side = max(0, ring.width - 60) * 0.16 * sin(angle) * sin(angle)
                result.append(
                    Landmark(
                        place: ChartPoint(angle: angle, down: ring.down),
                        position: [
                            abs(ring.width * sin(angle)),
                            ring.front.x + (ring.back.x - ring.front.x) * mix - side * 0.4,
                            middle + depth * cos(angle),
                        ]))
            }
        }
        return result
    }
}
