import Images

extension Demo {
    struct Aligned {
        let turned: Image
        let crop: Image
        let pasted: Image
        let flow: Image
        /// Mean over the picture, of 255, when the crop is pasted back as it was cut.
        let meanPasteError: Double
    }

    /// Where ArcFace recognisers expect eyes, nose and corners of the mouth, in a
    /// crop of 112 x 112.
    private static let template = [
        Point(38.2946, 51.6963), Point(73.5318, 51.5014), Point(56.0252, 71.7366),
        Point(41.5493, 92.3655), Point(70.7299, 92.2041),
    ]

    /// Turns the drawing, finds it again by its points, changes it and lays it back.
    func align(_ drawing: Image) throws -> Aligned {
        let side = drawing.width
        let middle = Double(side) / 2
        let turn = SimilarityTransform(scale: 0.85, angleRadians: 0.35, tx: 0, ty: 0)
        let moved = turn(Point(middle, middle))
        let placed = SimilarityTransform(
            scale: 0.85, angleRadians: 0.35, tx: middle - moved.x, ty: middle - moved.y)
        let turned = try drawing.warped(
            by: placed.affine, width: side, height: side, border: .edge)
        let points = DemoPicture.points.map {
            placed(Point($0.x * Double(side), $0.y * Double(side)))
        }

        let toCrop = try SimilarityTransform(
            mapping: points, to: Self.template.map { Point(2 * $0.x, 2 * $0.y) })
        let crop = try turned.warped(by: toCrop.affine, width: 224, height: 224, border: .edge)
        let mask = try Mask.feathered(width: 224, height: 224, feather: 36)
        let untouched = try turned.pasting(crop, through: toCrop.affine, mask: mask)
        let warm = try Image(
            width: 224, height: 224,
            pixels: crop.pixels.enumerated().map {
                $0.offset % 3 == 2 ? $0.element / 4 * 3 : $0.element  // less blue
            })
        var dotted = turned
        for point in points { dotted.dot(at: point, [255, 214, 10], radius: 4) }
        return Aligned(
            turned: dotted, crop: crop,
            pasted: try turned.pasting(warm, through: toCrop.affine, mask: mask),
            flow: try flow(of: placed, side),
            meanPasteError: Double(
                zip(untouched.pixels, turned.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) })
                / Double(turned.pixels.count))
    }

    /// How far each pixel moves.
    private func flow(of transform: SimilarityTransform, _ side: Int) throws -> Image {
        var motion = [Float](repeating: 0, count: 2 * side * side)
        for y in 0..<side {
            for x in 0..<side {
                let to = transform(Point(Double(x), Double(y)))
                motion[y * side + x] = Float(to.x - Double(x))
                motion[(side + y) * side + x] = Float(to.y - Double(y))
            }
        }
        return try FlowPicture(flow: motion, width: side, height: side).withLegend()
    }
}
