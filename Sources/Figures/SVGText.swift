import Images

/// A figure as a whole SVG document.
///
/// Colours are classes, so that the document can follow the reader's light or dark scheme, as an
/// image of its own and inside a page alike.
func svgText(_ drawing: FigureDrawing) -> String {
    let (width, height) = (coordinate(drawing.width), coordinate(drawing.height))
    let frame = drawing.frame
    // Lines along the frame's edge keep their whole width.
    let (left, top) = (frame.left - 2, frame.top - 2)
    let (across, down) = (frame.right - left + 2, frame.bottom - top + 2)
    let clip = [left, top, across, down].map(coordinate).joined(separator: " ")
    var lines = [
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"figure\" viewBox=\"0 0 \(width) \(height)\""
            + " width=\"\(width)\" height=\"\(height)\" role=\"img\""
            + " font-family=\"system-ui, sans-serif\">",
        "<title>\(escapedMarkup(drawing.title.isEmpty ? "Plot" : drawing.title))</title>",
        "<style>\(style)</style>",
        "<rect class=\"ground\" width=\"\(width)\" height=\"\(height)\" rx=\"6\"/>",
    ]
    lines += drawing.behind.map(element)
    lines.append(
        "<svg x=\"\(coordinate(left))\" y=\"\(coordinate(top))\" width=\"\(coordinate(across))\""
            + " height=\"\(coordinate(down))\" viewBox=\"\(clip)\">")
    lines += drawing.data.map(element)
    lines.append("</svg>")
    lines += drawing.front.map(element)
    lines.append("</svg>")
    return lines.joined(separator: "\n") + "\n"
}

private func element(_ mark: Mark) -> String {
    switch mark {
    case .line(let points, let ink, let width, let dash, let opacity):
        // A lone point would leave no trace.
        let ends = points.count == 1 ? points + points : points
        let path = ends.map(pair).joined(separator: " ")
        return "<polyline class=\"\(name(ink))\" points=\"\(path)\""
            + " stroke-width=\"\(coordinate(width))\""
            + (dash > 0 ? " stroke-dasharray=\"\(coordinate(dash))\"" : "")
            + (opacity < 1 ? " stroke-opacity=\"\(coordinate(opacity))\"" : "") + "/>"
    case .area(let points, let base, let ink, let opacity):
        guard let first = points.first, let last = points.last else { return "" }
        let outline = [Point(first.x, base)] + points + [Point(last.x, base)]
        return "<polygon class=\"\(name(ink)) filled\" points=\""
            + outline.map(pair).joined(separator: " ")
            + "\" fill-opacity=\"\(coordinate(opacity))\"/>"
    case .dots(let points, let ink, let radius):
        return points.map {
            "<circle class=\"\(name(ink)) filled\" cx=\"\(coordinate($0.x))\""
                + " cy=\"\(coordinate($0.y))\" r=\"\(coordinate(radius))\"/>"
        }.joined(separator: "\n")
    case .text(let text, let place, let style):
        return "<text class=\"\(name(style.ink))\" x=\"\(coordinate(place.x))\""
            + " y=\"\(coordinate(place.y))\" font-size=\"\(coordinate(style.size))\""
            + (style.anchor == .start ? "" : " text-anchor=\"\(style.anchor.rawValue)\"")
            + (style.bold ? " font-weight=\"600\"" : "") + ">\(escapedMarkup(text))</text>"
    }
}

private func pair(_ point: Point) -> String { coordinate(point.x) + "," + coordinate(point.y) }

/// Hundredths are finer than any screen.
private func coordinate(_ value: Double) -> String {
    var text = fixed(value, digits: 2)
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
}

private func name(_ ink: Ink) -> String {
    switch ink {
    case .text: "ink"
    case .faintText: "faint-ink"
    case .grid: "grid"
    case .axis: "axis"
    case .series(let index): "series-\(index % Ink.palette.count)"
    }
}

/// Every ink in both schemes. The rules are limited to figures, for those inside a page.
private let style: String = {
    let inks: [Ink] =
        [.text, .faintText, .grid, .axis] + Ink.palette.indices.map { Ink.series($0) }
    func rules(_ pick: ((light: UInt32, dark: UInt32)) -> UInt32) -> String {
        let ground = ".figure .ground{fill:\(hexadecimal(pick(Ink.ground)))}"
        return inks.reduce(ground) { text, ink in
            let colour = hexadecimal(pick(ink.colours))
            return text + ".figure .\(name(ink)){stroke:\(colour)}"
                + ".figure text.\(name(ink)),.figure .\(name(ink)).filled"
                + "{fill:\(colour);stroke:none}"
        }
    }
    return ".figure polyline{fill:none;stroke-linejoin:round;stroke-linecap:butt}"
        + rules(\.light) + "@media (prefers-color-scheme:dark){" + rules(\.dark) + "}"
}()

private func hexadecimal(_ colour: UInt32) -> String {
    let digits = String(colour, radix: 16)
    return "#" + String(repeating: "0", count: 6 - digits.count) + digits
}
