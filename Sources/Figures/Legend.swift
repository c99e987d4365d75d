import Images

/// The names of a plot's series, each beside a sample of its line, in rows above the plot.
struct Legend {
    /// 0 when no series has a name.
    let height: Double
    let marks: [Mark]

    init(_ plot: LinePlot, top: Double, width: Double) {
        let size = 12.0
        let rowHeight = 20.0
        var marks: [Mark] = []
        var (x, row) = (16.0, 0)
        for (index, series) in plot.series.enumerated() where !series.name.isEmpty {
            let needed = 26 + textWidth(series.name, size) + 18
            if x > 16, x + needed - 18 > 16 + width { (x, row) = (16, row + 1) }
            let middle = top + Double(row) * rowHeight + 8
            marks += Self.sample(series, series.colour ?? index, at: Point(x, middle))
            marks.append(.text(series.name, Point(x + 26, middle + 4.2), TextStyle(size: size)))
            x += needed
        }
        self.marks = marks
        height = marks.isEmpty ? 0 : Double(row + 1) * rowHeight
    }

    private static func sample(_ series: Series, _ colour: Int, at start: Point) -> [Mark] {
        let ink = Ink.series(colour)
        let line = [start, Point(start.x + 18, start.y)]
        switch series.style {
        case .dots: return [.dots([Point(start.x + 9, start.y)], ink, radius: 3)]
        case .faint: return [.line(line, ink, width: 1, opacity: 0.5)]
        case .dashed: return [.line(line, ink, width: 2, dash: 5)]
        case .line, .area:
            return [.line(line, ink, width: 2, dash: colour >= Ink.palette.count ? 5 : 0)]
        }
    }
}
