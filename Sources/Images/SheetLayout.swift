/// A piece of text, drawn before it is placed, since its size decides where things go.
struct SheetText {
    let drawn: TextRenderer.Drawn?
    let lineHeight: Int

    init(
        _ text: String, _ renderer: TextRenderer, wrappedAt width: Int? = nil,
        centred: Bool = false
    ) throws {
        drawn = try renderer.draw(text, wrappedAt: width, centred: centred)
        lineHeight = renderer.lineHeight
    }

    /// Pixels from the start of the line to the end of the ink.
    var width: Int { drawn.map { $0.left + $0.mask.width } ?? 0 }

    /// Where the line starts when its ink is to be in the middle of `width` pixels.
    func inset(in width: Int) -> Int {
        drawn.map { (width - $0.mask.width) / 2 - $0.left } ?? 0
    }

    /// Pixels taken from top to bottom, in whole lines.
    var height: Int {
        guard let drawn else { return 0 }
        let lines = (drawn.top + drawn.mask.height + lineHeight - 1) / lineHeight
        return lines * lineHeight
    }
}

/// Where everything of a contact sheet goes.
struct SheetLayout {
    let style: ContactSheet.Style
    let title: SheetText?
    let columnLabels: [SheetText]
    let rowLabels: [SheetText]
    /// `[rows][columns]`; nil where there is none.
    let captions: [[SheetText?]]
    /// Where the first cell lies.
    let left: Int
    let top: Int
    /// Pixels from one row's cells to the next, for each row.
    private let rowHeights: [Int]
    let width: Int
    let height: Int

    init(_ sheet: ContactSheet) throws {
        let style = sheet.style
        let size = style.fontSize
        let plain = try TextRenderer(font: style.font, size: size)
        let bold = try TextRenderer(font: style.font + " bold", size: size)
        let small = try TextRenderer(font: style.font, size: max(size - 2, 4))
        let large = try TextRenderer(font: style.font + " bold", size: size * 4 / 3)
        self.style = style
        title = sheet.title.isEmpty ? nil : try SheetText(sheet.title, large)
        columnLabels = try sheet.columns.map {
            try SheetText($0, bold, wrappedAt: style.cellWidth, centred: true)
        }
        // A row's label may take two thirds of a cell before it is broken.
        rowLabels = try sheet.rows.map {
            try SheetText($0.label, plain, wrappedAt: max(style.cellWidth * 2 / 3, 48))
        }
        captions = try sheet.rows.map { row in
            try sheet.columns.indices.map { j in
                guard j < row.captions.count, !row.captions[j].isEmpty else { return nil }
                return try SheetText(
                    row.captions[j], small, wrappedAt: style.cellWidth, centred: true)
            }
        }
        rowHeights = captions.map { row in
            let caption = row.compactMap { $0?.height }.max() ?? 0
            return style.cellHeight + style.gap + (caption == 0 ? 0 : caption + 4)
        }

        let labelWidth = rowLabels.map(\.width).max() ?? 0
        left = style.margin + (labelWidth == 0 ? 0 : labelWidth + 2 * style.gap)
        let labelHeight = columnLabels.map(\.height).max() ?? 0
        top =
            style.margin + (title.map { $0.height + style.gap } ?? 0)
            + (labelHeight > 0 ? labelHeight + style.gap / 2 : 0)
        let table = sheet.columns.count * (style.cellWidth + style.gap) - style.gap
        width = max(left + table, left + (title?.width ?? 0)) + style.margin
        height = top + rowHeights.reduce(0, +) - style.gap + style.margin
        guard width <= 100_000, height <= 100_000, width * height <= 100_000_000 else {
            throw ImageError.badSheet(
                detail: "it would be \(width) x \(height) pixels, and 100000000 is the limit")
        }
    }

    func x(ofColumn column: Int) -> Int { left + column * (style.cellWidth + style.gap) }

    func y(ofRow row: Int) -> Int { top + rowHeights[..<row].reduce(0, +) }
}
