import Images

/// Turns a plot into marks: decides margins, ticks and where the legend goes.
struct PlotLayout {
    private let plot: LinePlot
    private let left, top, right, bottom: Double
    private let x, y: FittedAxis
    private let legend: Legend
    private let titleBaseline: Double

    private static let labelSize = 12.0

    init(_ plot: LinePlot) {
        self.plot = plot
        let size = Self.labelSize
        let (width, height) = (Double(plot.width), Double(plot.height))
        titleBaseline = 24
        var top = plot.title.isEmpty ? 10.0 : 34
        legend = Legend(plot, top: top, width: width - 32)
        top += legend.height
        top += plot.y.title.isEmpty ? 8 : size + 14
        let bottom = height - (plot.x.title.isEmpty ? 28 : 46)
        let (xs, ys) = Self.values(plot)
        let y = FittedAxis(
            plot.y, values: ys, from: bottom, to: top, roundEnds: true, spacing: 46)
        // The widest label sets the left margin.
        let labels = y.ticks.compactMap { $0.label.map { textWidth($0, size) } }
        let left = max(labels.max() ?? 0, 12) + 22
        let right = width - 24
        x = FittedAxis(
            plot.x, values: xs, from: left, to: right, roundEnds: false,
            spacing: plot.x.scale == .linear ? 84 : 56)
        (self.y, self.left, self.top, self.right, self.bottom) = (y, left, top, right, bottom)
    }

    /// Everything to draw, back to front.
    func drawing() -> FigureDrawing {
        var drawing = FigureDrawing(
            width: Double(plot.width), height: Double(plot.height),
            frame: (left, top, right, bottom), title: plot.title)
        drawing.behind = grid()
        for (index, series) in plot.series.enumerated() {
            drawing.data += marks(of: series, colour: series.colour ?? index)
        }
        for guide in plot.guides { draw(guide, in: &drawing) }
        drawing.front += axes() + legend.marks
        if drawing.data.isEmpty {
            drawing.front.append(
                .text(
                    "no data yet", Point((left + right) / 2, (top + bottom) / 2),
                    TextStyle(size: Self.labelSize, anchor: .middle, ink: .faintText)))
        }
        return drawing
    }

    private func grid() -> [Mark] {
        let rows = y.ticks.filter { $0.label != nil }.compactMap { y.position($0.value) }
        let columns = x.ticks.filter { $0.label != nil }.compactMap { x.position($0.value) }
        return rows.map { .line([Point(left, $0), Point(right, $0)], .grid, width: 1) }
            + columns.map { .line([Point($0, top), Point($0, bottom)], .grid, width: 1) }
    }

    private func axes() -> [Mark] {
        let style = TextStyle(size: Self.labelSize, ink: .faintText)
        var marks: [Mark] = [
            .line([Point(left, bottom), Point(right, bottom)], .axis, width: 1)
        ]
        for tick in x.ticks {
            guard let at = x.position(tick.value) else { continue }
            let length = tick.label == nil ? 2.5 : 5
            marks.append(.line([Point(at, bottom), Point(at, bottom + length)], .axis, width: 1))
            if let label = tick.label {
                marks.append(.text(label, Point(at, bottom + 19), style.with(.middle)))
            }
        }
        for tick in y.ticks {
            guard let at = y.position(tick.value) else { continue }
            if let label = tick.label {
                marks.append(.text(label, Point(left - 8, at + 4.2), style.with(.end)))
            } else {
                marks.append(.line([Point(left - 3, at), Point(left, at)], .axis, width: 1))
            }
        }
        let titles = [
            (plot.title, Point(16, titleBaseline), TextStyle(size: 15, bold: true)),
            (plot.y.title, Point(16, top - 13), TextStyle(size: Self.labelSize)),
            (
                plot.x.title, Point((left + right) / 2, bottom + 38),
                TextStyle(size: Self.labelSize, anchor: .middle)
            ),
        ]
        return marks
            + titles.filter { !$0.0.isEmpty }.map { .text($0.0, $0.1, $0.2) }
    }

    private func marks(of series: Series, colour: Int) -> [Mark] {
        let ink = Ink.series(colour)
        let runs = placed(series.points)
        let dash = series.style == .dashed || colour >= Ink.palette.count ? 5.0 : 0
        switch series.style {
        case .line, .dashed: return runs.map { .line($0, ink, width: 2, dash: dash) }
        case .faint: return runs.map { .line($0, ink, width: 1, opacity: 0.35) }
        case .dots: return runs.map { .dots($0, ink, radius: 2.6) }
        case .area:
            let zero = min(max(y.position(0) ?? bottom, top), bottom)
            return runs.flatMap { run -> [Mark] in
                [
                    .area(run, to: zero, ink, opacity: 0.22),
                    .line(run, ink, width: 1.6, dash: dash),
                ]
            }
        }
    }

    /// Points on the page, in runs without gaps.
    private func placed(_ points: [(x: Double, y: Double)]) -> [[Point]] {
        var runs: [[Point]] = []
        var run: [Point] = []
        for point in points {
            if let px = x.position(point.x), let py = y.position(point.y) {
                run.append(Point(px, py))
            } else if !run.isEmpty {
                runs.append(run)
                run = []
            }
        }
        if !run.isEmpty { runs.append(run) }
        return runs.map(thinned)
    }

    private func draw(_ guide: Guide, in drawing: inout FigureDrawing) {
        let style = TextStyle(size: 11, ink: .faintText)
        switch guide.direction {
        case .x:
            guard let at = x.position(guide.value) else { return }
            drawing.data.append(
                .line([Point(at, top), Point(at, bottom)], .axis, width: 1.2, dash: 4))
            guard (left...right).contains(at), !guide.label.isEmpty else { return }
            let fits = at + 6 + textWidth(guide.label, 11) < right
            drawing.front.append(
                .text(
                    guide.label, Point(fits ? at + 6 : at - 6, top + 12),
                    style.with(fits ? .start : .end)))
        case .y:
            guard let at = y.position(guide.value) else { return }
            drawing.data.append(
                .line([Point(left, at), Point(right, at)], .axis, width: 1.2, dash: 4))
            guard (top...bottom).contains(at), !guide.label.isEmpty else { return }
            drawing.front.append(
                .text(
                    guide.label, Point(right - 2, at - top > 18 ? at - 5 : at + 13),
                    style.with(.end)))
        }
    }

    /// All values that each axis has to show; guides count, so that a target is in sight.
    private static func values(_ plot: LinePlot) -> ([Double], [Double]) {
        var xs = plot.series.flatMap { $0.points.map(\.x) }
        var ys = plot.series.flatMap { $0.points.map(\.y) }
        for guide in plot.guides {
            switch guide.direction {
            case .x: xs.append(guide.value)
            case .y: ys.append(guide.value)
            }
        }
        if plot.series.contains(where: { $0.style == .area }) { ys.append(0) }
        return (xs, ys)
    }
}

extension TextStyle {
    func with(_ anchor: Anchor) -> TextStyle {
        var copy = self
        copy.anchor = anchor
        return copy
    }
}

/// About how wide a text is: the renderer's font is not known here.
func textWidth(_ text: String, _ size: Double) -> Double { 0.6 * size * Double(text.count) }

/// Points of a run without those that no reader could see.
///
/// Of many points within a unit of width, the first, lowest, highest and last remain, in their
/// order, so that a spike of one point is never lost.
func thinned(_ points: [Point]) -> [Point] {
    guard points.count > 2000 else { return points }
    var result: [Point] = []
    var start = 0
    while start < points.count {
        let column = points[start].x.rounded(.down)
        var end = start + 1
        while end < points.count, points[end].x.rounded(.down) == column { end += 1 }
        let indices = start..<end
        let low = indices.min { points[$0].y < points[$1].y } ?? start
        let high = indices.max { points[$0].y < points[$1].y } ?? start
        var kept = [start, low, high, end - 1].sorted()
        kept = kept.enumerated().filter { $0.offset == 0 || kept[$0.offset - 1] != $0.element }
            .map(\.element)
        result += kept.map { points[$0] }
        start = end
    }
    return result
}
