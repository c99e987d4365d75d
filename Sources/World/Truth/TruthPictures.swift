import Foundation
import Images

/// A portrait's maps as pictures, for people to look at.
extension Portrait {
    /// Every map with its name, the photograph first.
    public func pictures() throws -> [(name: String, image: Image)] {
        [
            ("photograph", view.colour), ("landmarks, points, box", try marked()),
            ("albedo", view.albedo), ("light", try picture { tone(view.shading[$0]) }),
            ("depth", try depthPicture()),
            (
                "normals",
                try picture {
                    let n = view.normal[$0]
                    return view.depth[$0] > 0 ? SIMD3(n.x, -n.y, -n.z) * 0.5 + 0.5 : .zero
                }
            ), ("regions", try picture { Self.regionColours[Int(view.region[$0])] }),
            ("surface coordinates", try picture { coordinateColour($0) }),
        ]
    }

    private func picture(_ colour: (Int) -> SIMD3<Float>) throws -> Image {
        try Image(width: view.width, height: view.height) { out in
            for i in 0..<view.width * view.height {
                let c = colour(i)
                for k in 0..<3 { out[3 * i + k] = UInt8(255 * min(max(c[k], 0), 1)) }
            }
        }
    }

    private func tone(_ light: SIMD3<Float>) -> SIMD3<Float> {
        SIMD3(light.x.squareRoot(), light.y.squareRoot(), light.z.squareRoot()) * 0.8
    }

    private func depthPicture() throws -> Image {
        let seen = view.depth.filter { $0 > 0 }
        let near = seen.min() ?? 0
        let span = max((seen.max() ?? 1) - near, 1e-6)
        return try picture { i in
            let d = view.depth[i]
            return SIMD3(repeating: d > 0 ? 1 - 0.85 * (d - near) / span : 0)
        }
    }

    /// Bands of u and v, so that the grid of the surface shows.
    private func coordinateColour(_ i: Int) -> SIMD3<Float> {
        guard view.part[i] != Part.background.rawValue else { return .zero }
        let c = view.coordinate[i]
        let lines = [c.x, c.y].map { abs(($0 * 40).truncatingRemainder(dividingBy: 1) - 0.5) }
        let shade: Float = lines.max() ?? 0 > 0.42 ? 0.55 : 1
        return SIMD3(c.x, c.y, 0.35 + 0.04 * Float(view.part[i])) * shade
    }

    fileprivate static let regionColours: [SIMD3<Float>] = [
        [0.12, 0.12, 0.14], [0.94, 0.74, 0.58], [0.86, 0.27, 0.35], [0.24, 0.57, 0.91],
        [0.52, 0.12, 0.20], [0.42, 0.26, 0.14], [0.62, 0.44, 0.13], [0.36, 0.50, 0.18],
        [0.20, 0.80, 0.76], [0.58, 0.34, 0.80], [0.98, 0.85, 0.25], [0.33, 0.43, 0.64],
    ]

    private func marked() throws -> Image {
        let truth = truth()
        var image = view.colour
        image.mark(
            truth.landmarks, visible: truth.landmarksVisible, points: truth.points,
            box: truth.faceBox, scale: Double(view.width) / 256)
        return image
    }
}

/// A group's maps as pictures, for people to look at.
extension GroupPortrait {
    /// Every map with its name, the photograph first.
    public func pictures() throws -> [(name: String, image: Image)] {
        var marked = view.colour
        for face in truth().faces {
            marked.mark(
                face.landmarks, visible: face.landmarksVisible, points: face.points,
                box: face.faceBox, scale: Double(view.height) / 384)
        }
        return [
            ("photograph", view.colour), ("landmarks, points, boxes", marked),
            ("regions", try picture { Portrait.regionColours[Int(view.region[$0])] }),
            ("people, from the left", try picture { Self.colour(of: view.person[$0]) }),
        ]
    }

    private func picture(_ colour: (Int) -> SIMD3<Float>) throws -> Image {
        try Image(width: view.width, height: view.height) { out in
            for i in 0..<view.width * view.height {
                let c = colour(i)
                for k in 0..<3 { out[3 * i + k] = UInt8(255 * min(max(c[k], 0), 1)) }
            }
        }
    }

    private static func colour(of person: UInt8) -> SIMD3<Float> {
        let colours: [SIMD3<Float>] = [
            [0.90, 0.45, 0.25], [0.25, 0.60, 0.85], [0.45, 0.70, 0.30], [0.85, 0.75, 0.25],
        ]
        return person == 0 ? [0.12, 0.12, 0.14] : colours[(Int(person) - 1) % colours.count]
    }
}

extension Image {
    /// Draws a face's truth: landmarks green where they are seen and orange where not.
    fileprivate mutating func mark(
        _ landmarks: [SIMD2<Float>], visible: [Bool], points: [SIMD2<Float>], box: [Float],
        scale: Double
    ) {
        for (p, seen) in zip(landmarks, visible) {
            dot(
                at: Point(Double(p.x) - 0.5, Double(p.y) - 0.5),
                seen ? [60, 230, 90] : [230, 120, 60], radius: max(1, 1.3 * scale))
        }
        for p in points {
            dot(
                at: Point(Double(p.x) - 0.5, Double(p.y) - 0.5), [255, 70, 200],
                radius: max(1.5, 2.2 * scale))
        }
        let b = box.map { Int($0.rounded()) }
        stroke(
            PixelRect(x: b[0], y: b[1], width: b[2] - b[0], height: b[3] - b[1]), [255, 255, 90],
            thickness: max(1, Int(1.2 * scale)))
    }
}
