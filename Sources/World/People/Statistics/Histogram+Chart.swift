import Images

extension Histogram {
    /// A chart with one bar a bin: label on the left, percentage at the bar's end.
    ///
    /// - Parameter width: pixels, at least 200.
    /// - Returns: three channels, as high as the number of bins asks for.
    /// - Throws: `ImageError` when the text cannot be drawn.
    public func chart(width: Int = 420) throws -> Image {
        let width = max(width, 200)
        let small = try TextRenderer(size: 12)
        let bold = try TextRenderer(font: "sans bold", size: 14)
        let (row, top, margin) = (18, 30, 8)
        let (ink, faint, bar): ([UInt8], [UInt8], [UInt8]) = (
            [28, 32, 38], [96, 104, 114], [70, 112, 168]
        )
        var chart = try Image(
            width: width, height: top + row * labels.count + margin, colour: [255, 255, 255])
        try chart.write(title, x: margin, y: margin, ink, with: bold)
        let left = width * 36 / 100
        let longest = Float(max(counts.max() ?? 0, 1))
        let room = Float(width - left - 64)
        for (i, (label, count)) in zip(labels, counts).enumerated() {
            let y = top + i * row
            try chart.write(label, x: margin, y: y, ink, with: small)
            // A bin that holds anything at all shows at least a line.
            let length = count == 0 ? 0 : max(Int(room * Float(count) / longest), 1)
            chart.fill(PixelRect(x: left, y: y + 1, width: length, height: row - 5), bar)
            try chart.write(
                "\(percent(count)) %", x: left + length + 6, y: y, faint, with: small)
        }
        return chart
    }
}

extension PopulationStatistics {
    /// All charts, filled column by column into the shortest.
    ///
    /// - Parameters:
    ///   - columns: charts beside one another, at least one.
    ///   - width: of a chart, pixels.
    /// - Returns: three channels.
    /// - Throws: `ImageError` when the text cannot be drawn.
    public func chart(columns: Int = 4, width: Int = 420) throws -> Image {
        let gap = 16
        let charts = try histograms.map { try $0.chart(width: width) }
        var bottoms = [Int](repeating: gap, count: max(columns, 1))
        var places: [(x: Int, y: Int)] = []
        for chart in charts {
            let shortest = bottoms.indices.min { bottoms[$0] < bottoms[$1] } ?? 0
            places.append((gap + shortest * (chart.width + gap), bottoms[shortest]))
            bottoms[shortest] += chart.height + gap
        }
        let cell = charts.map(\.width).max() ?? width
        var sheet = try Image(
            width: gap + bottoms.count * (cell + gap), height: bottoms.max() ?? gap,
            colour: [255, 255, 255])
        for (chart, place) in zip(charts, places) {
            sheet.draw(chart, x: place.x, y: place.y)
        }
        return sheet
    }
}
