import Images

/// Draws a figure as pixels, with smooth edges.
struct PlotPainter {
    /// Pixels for each unit of the drawing.
    let scale: Double

    /// The whole figure on the light ground.
    func paint(_ drawing: FigureDrawing) throws -> Image {
        var image = try Image(
            width: Int((drawing.width * scale).rounded()),
            height: Int((drawing.height * scale).rounded()), colour: rgb(Ink.ground.light))
        let page = PixelRect(x: 0, y: 0, width: image.width, height: image.height)
        let frame = drawing.frame
        let (left, top) = (Int((frame.left - 2) * scale), Int((frame.top - 2) * scale))
        let clip = PixelRect(
            x: left, y: top, width: Int((frame.right + 2) * scale) - left,
            height: Int((frame.bottom + 2) * scale) - top)
        for mark in drawing.behind { try draw(mark, on: &image, page) }
        for mark in drawing.data { try draw(mark, on: &image, clip) }
        for mark in drawing.front { try draw(mark, on: &image, page) }
        return image
    }

    private func draw(_ mark: Mark, on image: inout Image, _ clip: PixelRect) throws {
        switch mark {
        case .line(let points, let ink, let width, let dash, let opacity):
            let pieces = dash > 0 ? dashes(of: points, length: dash) : [points]
            var coverage = Coverage(bounds(of: points, width + 1, clip), opacity: opacity)
            for piece in pieces { coverage.stroke(piece.map(pixel), thickness: width * scale) }
            try stamp(coverage, ink, on: &image)
        case .area(let points, let base, let ink, let opacity):
            var coverage = Coverage(
                bounds(of: points + [Point(points.first?.x ?? 0, base)], 1, clip),
                opacity: opacity)
            coverage.fill(under: points.map(pixel), to: pixel(Point(0, base)).y)
            try stamp(coverage, ink, on: &image)
        case .dots(let points, let ink, let radius):
            var coverage = Coverage(bounds(of: points, 2 * radius + 1, clip), opacity: 1)
            for point in points { coverage.stroke([pixel(point)], thickness: 2 * radius * scale) }
            try stamp(coverage, ink, on: &image)
        case .text(let text, let place, let style):
            try write(text, place, style, on: &image)
        }
    }

    private func write(_ text: String, _ place: Point, _ style: TextStyle, on image: inout Image)
        throws
    {
        let size = min(max(Int((style.size * scale).rounded()), 4), 400)
        let renderer = try TextRenderer(font: style.bold ? "sans bold" : "sans", size: size)
        guard let ink = try renderer.mask(text) else { return }
        // The empty part of a digit's cell at its left, which the ink's width leaves out.
        let bearing = Int((0.08 * Double(size)).rounded())
        let shift =
            switch style.anchor {
            case .start: 0
            case .middle: ink.width / 2 + bearing
            case .end: ink.width + bearing
            }
        // Fonts of screens stand some 0.93 of their size above the baseline.
        try image.write(
            text, x: Int((place.x * scale).rounded()) - shift,
            y: Int((place.y * scale - 0.93 * Double(size)).rounded()), rgb(style.ink.colours.light),
            with: renderer)
    }

    private func stamp(_ coverage: Coverage, _ ink: Ink, on image: inout Image) throws {
        guard let mask = try coverage.mask() else { return }
        image.stamp(mask, x: coverage.bounds.x, y: coverage.bounds.y, rgb(ink.colours.light))
    }

    /// The pixels that points and a margin around them can touch, within `clip`.
    private func bounds(of points: [Point], _ margin: Double, _ clip: PixelRect) -> PixelRect {
        let (xs, ys) = (points.map(\.x), points.map(\.y))
        func span(_ values: [Double], _ start: Int, _ count: Int) -> (Int, Int) {
            let low = ((values.min() ?? 0) - margin) * scale
            let high = ((values.max() ?? 0) + margin) * scale
            let first = Int(min(max(low, Double(start)), Double(start + count)))
            let last = Int(min(max(high, Double(start)), Double(start + count)).rounded(.up))
            return (first, max(last - first, 0))
        }
        let (x, width) = span(xs, clip.x, clip.width)
        let (y, height) = span(ys, clip.y, clip.height)
        return PixelRect(x: x, y: y, width: width, height: height)
    }

    /// Pixel centres are at whole numbers, half a pixel from the edges that units count from.
    private func pixel(_ point: Point) -> Point {
        Point(point.x * scale - 0.5, point.y * scale - 0.5)
    }

    private func rgb(_ colour: UInt32) -> [UInt8] {
        [UInt8(colour >> 16 & 255), UInt8(colour >> 8 & 255), UInt8(colour & 255)]
    }
}

/// Cuts joined points into dashes with gaps of the same length between them.
func dashes(of points: [Point], length: Double) -> [[Point]] {
    guard var at = points.first else { return [] }
    var pieces: [[Point]] = []
    var piece = [at]
    var (left, drawing) = (length, true)
    for end in points.dropFirst() {
        var distance = ((end.x - at.x) * (end.x - at.x) + (end.y - at.y) * (end.y - at.y))
            .squareRoot()
        while distance > left {
            let share = left / distance
            at = Point(at.x + share * (end.x - at.x), at.y + share * (end.y - at.y))
            distance -= left
            if drawing { pieces.append(piece + [at]) }
            piece = [at]
            (left, drawing) = (length, !drawing)
        }
        left -= distance
        at = end
        if drawing { piece.append(at) }
    }
    if drawing, piece.count > 1 { pieces.append(piece) }
    return pieces
}
