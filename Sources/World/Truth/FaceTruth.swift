/// What a picture shows of one face: landmarks, alignment points and box, in pixels.
package struct FaceTruth {
    /// See ``PortraitTruth``.
    let landmarks: [SIMD2<Float>]
    let landmarksVisible: [Bool]
    let points: [SIMD2<Float>]
    let faceBox: [Float]

    /// Measures a face.
    ///
    /// - Parameters:
    ///   - positions: of the head's vertices in the world, metres.
    ///   - view: the picture.
    ///   - person: whose head it is, as the picture's person map names them.
    ///   - tolerance: metres between a point and the surface that a pixel shows up to which the pixel
    ///     shows the point: about what skin slopes in a pixel at its side.
    init(of positions: [SIMD3<Float>], in view: RenderedView, person: UInt8, tolerance: Float) {
        let head = BuiltInHead.shared
        func project(_ point: SIMD3<Float>) -> (pixel: SIMD2<Float>, depth: Float) {
            view.camera.project(point, width: view.width, height: view.height)
                ?? (SIMD2(repeating: -1), 0)
        }
        let spots = head.landmarks.vertices.map { positions[$0] }
        let seen = spots.map(project)
        landmarks = seen.map(\.pixel)
        landmarksVisible = seen.map { spot in
            guard let i = Self.place(spot.pixel, view) else { return false }
            let found = view.depth[i]
            return found > 0 && view.person[i] == person && abs(found - spot.depth) < tolerance
        }
        points = Self.alignmentPoints(of: positions).map { project($0).pixel }
        faceBox = Self.box(head.faceVertices.map { project(positions[$0]).pixel })
    }

    /// Eyes, nose and corners of the mouth of a head, metres; the person's right first.
    package static func alignmentPoints(of positions: [SIMD3<Float>]) -> [SIMD3<Float>] {
        let spots = BuiltInHead.shared.landmarks.vertices.map { positions[$0] }
        let eyes = FaceLandmarks.eyes.map { range in
            spots[range].reduce(SIMD3<Float>.zero, +) / Float(range.count)
        }
        return eyes + [spots[FaceLandmarks.noseTip]] + FaceLandmarks.mouthCorners.map { spots[$0] }
    }

    /// The place of a pixel that holds a point; nil outside the picture.
    static func place(_ pixel: SIMD2<Float>, _ view: RenderedView) -> Int? {
        let (x, y) = (Int(pixel.x.rounded(.down)), Int(pixel.y.rounded(.down)))
        guard (0..<view.width).contains(x), (0..<view.height).contains(y) else { return nil }
        return view.index(x, y)
    }

    private static func box(_ points: [SIMD2<Float>]) -> [Float] {
        var low = points.first ?? .zero
        var high = low
        for p in points {
            low = pointwiseMin(low, p)
            high = pointwiseMax(high, p)
        }
        return [low.x, low.y, high.x, high.y]
    }
}
