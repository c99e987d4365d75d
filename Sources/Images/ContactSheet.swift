/// A labelled table of pictures: what reports and comparisons are looked at in.
///
/// ```swift
/// var sheet = ContactSheet(columns: ["source", "ours", "baseline"])
/// sheet.addRow([source, ours, baseline], label: "0001", captions: ["", "0.81", "0.77"])
/// let picture = try sheet.rendered()
/// ```
public struct ContactSheet: Sendable {
    /// Sizes and colours.
    public struct Style: Equatable, Sendable {
        /// Width of a cell in pixels; pictures are fitted inside, proportions kept.
        public var cellWidth = 192
        /// Height of a cell in pixels.
        public var cellHeight = 192
        /// Pixels between cells.
        public var gap = 8
        /// Pixels around the whole sheet.
        public var margin = 16
        /// Height of labels, in pixels; captions are a little smaller and the title larger.
        public var fontSize = 15
        /// A Pango font description without size.
        public var font = "sans"
        /// The colour between cells.
        public var ground: [UInt8] = [255, 255, 255]
        /// The colour of labels and title.
        public var ink: [UInt8] = [28, 32, 38]
        /// The colour of captions.
        public var faintInk: [UInt8] = [96, 104, 114]
        /// The colour of empty cells and of the border around pictures that do not fill theirs.
        public var cellGround: [UInt8] = [237, 239, 242]

        /// The usual style.
        public init() {}
    }

    /// One line of the table.
    struct Row: Sendable {
        var label: String
        var images: [Image?]
        var captions: [String]
    }

    /// Shown large above the table; empty for none.
    public var title: String
    /// Labels above the columns.
    public let columns: [String]
    /// Sizes and colours.
    public var style: Style
    private(set) var rows: [Row] = []

    /// An empty sheet.
    ///
    /// - Parameters:
    ///   - title: shown large above the table; empty for none.
    ///   - columns: labels above the columns, at least one; may be empty texts.
    ///   - style: sizes and colours.
    public init(title: String = "", columns: [String], style: Style = Style()) {
        self.title = title
        self.columns = columns
        self.style = style
    }

    /// Adds a row at the bottom.
    ///
    /// - Parameters:
    ///   - images: one for each column; nil leaves the cell empty.
    ///   - label: shown at the left; empty for none.
    ///   - captions: shown below the cells; fewer than columns are filled up with empty ones.
    public mutating func addRow(
        _ images: [Image?], label: String = "", captions: [String] = []
    ) {
        rows.append(Row(label: label, images: images, captions: captions))
    }

    /// Draws the sheet.
    ///
    /// Shrinking uses ``Resample/pilLanczos``; a picture smaller than half its cell is enlarged by
    /// whole numbers, pixel by pixel, so that small things can be inspected.
    ///
    /// - Returns: three channels.
    /// - Throws: ``ImageError/badSheet(detail:)`` when a row has the wrong number of pictures, the
    ///   sheet is empty or larger than 100 million pixels;
    ///   ``ImageError/textNotDrawn(text:detail:)``.
    public func rendered() throws -> Image {
        try check()
        let layout = try SheetLayout(self)
        var sheet = try Image(width: layout.width, height: layout.height, colour: style.ground)
        if let title = layout.title {
            sheet.place(title, x: layout.left, y: style.margin, style.ink)
        }
        for (i, label) in layout.columnLabels.enumerated() {
            let x = layout.x(ofColumn: i) + label.inset(in: style.cellWidth)
            // Short labels stand on the line that long ones end on.
            sheet.place(label, x: x, y: layout.top - label.height - style.gap / 2, style.ink)
        }
        for (i, row) in rows.enumerated() {
            let y = layout.y(ofRow: i)
            let label = layout.rowLabels[i]
            sheet.place(
                label, x: style.margin, y: y + (style.cellHeight - label.height) / 2, style.ink)
            for (j, image) in row.images.enumerated() {
                let x = layout.x(ofColumn: j)
                let cell = PixelRect(
                    x: x, y: y, width: style.cellWidth, height: style.cellHeight)
                sheet.fill(cell, style.cellGround)
                if let image {
                    let fitted = try fitted(image)
                    sheet.draw(
                        fitted, x: x + (cell.width - fitted.width) / 2,
                        y: y + (cell.height - fitted.height) / 2)
                }
                guard let caption = layout.captions[i][j] else { continue }
                sheet.place(
                    caption, x: x + caption.inset(in: cell.width), y: y + cell.height + 4,
                    style.faintInk)
            }
        }
        return sheet
    }

    private func check() throws {
        guard !columns.isEmpty, !rows.isEmpty else {
            throw ImageError.badSheet(detail: "it needs at least one column and one row")
        }
        guard (8...10_000).contains(style.cellWidth), (8...10_000).contains(style.cellHeight),
            (0...1000).contains(style.gap), (0...1000).contains(style.margin)
        else {
            throw ImageError.badSheet(
                detail: "cell sides must be 8 to 10000 pixels, gap and margin 0 to 1000")
        }
        let colours = [style.ground, style.ink, style.faintInk, style.cellGround]
        guard colours.allSatisfy({ $0.count == 3 }) else {
            throw ImageError.badSheet(detail: "every colour must have three values")
        }
        for (i, row) in rows.enumerated() where row.images.count != columns.count {
            throw ImageError.badSheet(
                detail: "row \(i) has \(row.images.count) pictures and there are "
                    + "\(columns.count) columns")
        }
    }

    /// The picture at the size that fits a cell.
    private func fitted(_ image: Image) throws -> Image {
        let scale = min(
            Double(style.cellWidth) / Double(image.width),
            Double(style.cellHeight) / Double(image.height))
        if scale >= 2 {
            return try image.magnified(by: Int(scale))
        }
        return try image.resized(
            width: max(Int((Double(image.width) * scale).rounded()), 1),
            height: max(Int((Double(image.height) * scale).rounded()), 1), .pilLanczos)
    }
}

extension Image {
    /// Every pixel as a square of `factor` pixels a side.
    func magnified(by factor: Int) throws -> Image {
        try Image(width: width * factor, height: height * factor, channels: channels) { out in
            let columns = width * factor
            withPixels { source in
                for i in 0..<(columns * height * factor) {
                    let from = (i / columns / factor * width + i % columns / factor) * channels
                    for c in 0..<channels { out[i * channels + c] = source[from + c] }
                }
            }
        }
    }

    /// Stamps prepared text at the top left corner of its first line.
    mutating func place(_ text: SheetText, x: Int, y: Int, _ colour: [UInt8]) {
        guard let drawn = text.drawn else { return }
        stamp(drawn.mask, x: x + drawn.left, y: y + drawn.top, colour)
    }
}
