import Figures
import Images
import Testing

@Suite struct LinePlotTests {
    private func plot(
        _ values: [Double], x: Axis = Axis("step"), y: Axis = Axis("loss"),
        style: Series.Style = .line
    ) -> LinePlot {
        LinePlot(
            title: "", x: x, y: y, series: [Series(name: "ours", values: values, style: style)])
    }

    /// The texts of an SVG, in order.
    private func texts(_ svg: String) -> [String] {
        svg.split(separator: "</text>").compactMap { part in
            part.lastIndex(of: ">").map { String(part[part.index(after: $0)...]) }
        }
    }

    @Test func ticksAreRound() {
        let linear = texts(plot([0.03, 0.971]).svg())
        #expect(linear.contains("0.2") && linear.contains("1.0"))
        let thousands = texts(plot([0, 51_000]).svg())
        #expect(thousands.contains("10k") && thousands.contains("0"))
        let tiny = texts(plot([0, 2e-5]).svg())
        #expect(tiny.contains("1.5e-5") && tiny.contains("5e-6") && tiny.contains("0"))
        let negative = texts(plot([-0.31, 0.28]).svg())
        #expect(negative.contains("−0.2") && negative.contains("0"))
        let powers = texts(plot([1e-6, 2], y: Axis("rate", scale: .logarithmic)).svg())
        #expect(powers.contains("10⁻⁴") && powers.contains("1"))
        let narrow = texts(plot([0.21, 0.34], y: Axis("rate", scale: .logarithmic)).svg())
        #expect(narrow.contains("0.2"))
    }

    @Test func survivesAnyValues() throws {
        let cases: [[Double]] = [
            [], [.nan], [1], [5, 5, 5], [0, 0], [-.infinity, .infinity, .nan],
            [1e-300, 1e300], [-1e308, 1e308], [1, 1 + 1e-15], [3e-305, 4e-305],
        ]
        for values in cases {
            for scale in [Axis.Scale.linear, .logarithmic] {
                for style in [Series.Style.line, .area, .dots, .dashed, .faint] {
                    let axis = Axis("y", scale: scale)
                    let plot = plot(values, x: Axis("x", scale: scale), y: axis, style: style)
                    let svg = plot.svg()
                    #expect(!svg.contains("nan") && !svg.contains("inf"), "\(values)")
                    #expect(svg.utf8.count < 60_000)
                }
            }
            _ = try plot(values).image(scale: 0.5)
        }
        let turned = Axis("x", range: 3...3)
        #expect(plot([1, 2], x: turned).svg().contains("<polyline"))
    }

    @Test func saysSoWithoutData() {
        #expect(texts(plot([]).svg()).contains("no data yet"))
        #expect(!texts(plot([1, 2]).svg()).contains("no data yet"))
    }

    @Test func breaksLinesAtGaps() {
        func lines(_ values: [Double]) -> Int {
            plot(values).svg().split(separator: "class=\"series-0\"").count - 1
        }
        // One more is the legend's.
        #expect(lines([1, 2, 3, 4]) == 2)
        #expect(lines([1, 2, .nan, 3, 4]) == 3)
    }

    @Test func escapesWhatPeopleWrite() {
        let odd = "<b>&\"'\u{0}"
        let plot = LinePlot(
            title: odd, x: Axis(odd), y: Axis(odd), series: [Series(name: odd, values: [1, 2])],
            guides: [Guide(.y, at: 1.5, label: odd)])
        let svg = plot.svg()
        #expect(!svg.contains("<b>") && !svg.contains("\u{0}"))
        #expect(svg.split(separator: "&lt;b&gt;&amp;&quot;&#39;\u{FFFD}").count == 7)
    }

    @Test func keepsEverySpikeOfALongSeries() {
        var values = [Double](repeating: 0.5, count: 200_000)
        let flat = heights(of: values)
        values[77_777] = 40
        let spiked = heights(of: values)
        #expect(flat.count < 5000 && spiked.count < 5000)
        // The frame is some 300 high, and the axis ends at 40.
        #expect((flat.max() ?? 0) - (flat.min() ?? 0) == 0)
        #expect((spiked.max() ?? 0) - (spiked.min() ?? 0) > 250)
        #expect(spiked.count { $0 == spiked.min() } == 1)
    }

    /// Where the points of a series lie on the page, from the top.
    private func heights(of values: [Double]) -> [Double] {
        let series = Series(name: "", values: values)
        let svg = LinePlot(title: "", x: Axis(), y: Axis(), series: [series]).svg()
        return svg.split(separator: "class=\"series-0\" points=\"").dropFirst().flatMap { part in
            part.prefix { $0 != "\"" }.split(separator: " ").compactMap { pair in
                pair.split(separator: ",").last.flatMap { Double($0) }
            }
        }
    }

    @Test func histogramsHoldEveryValueOnce() {
        let series = Series.histogram(
            name: "h", values: [0, 0.1, 0.5, 0.99, 1, 7], range: 0...1, bins: 2)
        let heights = series.points.map(\.y)
        // Bins of 2 and 3 among 6; the range's end belongs to the last, 7 to none.
        let third = 1.0 / 3
        #expect(heights == [0, third, third, 0.5, 0.5, 0])
        #expect(series.points.map(\.x) == [0, 0, 0.5, 0.5, 1, 1])
    }

    @Test func smoothingKeepsAConstantAndTheFirstValue() {
        let constant = Series(name: "", values: [3, 3, 3, 3]).smoothed(decay: 0.9)
        #expect(constant.points.allSatisfy { abs($0.y - 3) < 1e-12 })
        let step = Series(name: "", values: [0, .nan, 1, 1]).smoothed(decay: 0.5)
        #expect(step.points[0].y == 0 && step.points[1].y.isNaN)
        let (third, fourth) = (2.0 / 3, 6.0 / 7)
        #expect(abs(step.points[2].y - third) < 1e-12)
        #expect(abs(step.points[3].y - fourth) < 1e-12)
    }

    @Test func pixelsShowTheSeriesInItsColour() throws {
        let image = try plot([0, 1, 0]).image(scale: 1)
        #expect(image.width == 640 && image.height == 400)
        func count(_ colour: [UInt8]) -> Int {
            (0..<image.width * image.height).count { pixel in
                (0..<3).allSatisfy { image.pixels[pixel * 3 + $0] == colour[$0] }
            }
        }
        #expect(count([0x44, 0x77, 0xAA]) > 500)
        #expect(count([0xEE, 0x66, 0x77]) == 0)
        #expect(image[0, 0, 0] == 255)
        #expect(try plot([0, 1]).image(scale: 2).width == 1280)
        #expect(try ImageFormat(sniffing: plot([0, 1]).png(scale: 0.5)) == .png)
    }

    @Test func dataStaysInsideItsFrame() throws {
        let axis = Axis("y", range: 0...1)
        let inside = try plot([0.5, 0.5, 0.5], y: axis).image(scale: 1)
        let outside = try plot([0.5, 900, -900], y: axis).image(scale: 1)
        // Above the frame there are titles only, and they are alike.
        let rows = 0..<(52 * 640 * 3)
        #expect(inside.pixels[rows] == outside.pixels[rows])
        #expect(inside != outside)
    }
}
