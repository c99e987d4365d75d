import CVips

/// Draws text as coverage, with the fonts of the system (Pango and fontconfig through libvips).
///
/// Fonts differ between machines and so do the pixels; nothing that must be reproducible depends on
/// them.
public struct TextRenderer: Sendable {
    /// A Pango font description without size, such as `sans` or `DejaVu Sans Mono bold`.
    public var font: String
    /// Height of the font, in pixels.
    public var size: Int

    /// A renderer; libvips is started if need be.
    ///
    /// - Parameters:
    ///   - font: a Pango font description without size.
    ///   - size: height of the font in pixels, 4...400.
    /// - Throws: ``ImageError/notStarted(detail:)``, or
    ///   ``ImageError/optionOutOfRange(option:found:limit:)``.
    public init(font: String = "sans", size: Int = 14) throws {
        if let detail = VipsCodec.startError {
            throw ImageError.notStarted(detail: detail)
        }
        guard (4...400).contains(size) else {
            throw ImageError.optionOutOfRange(option: "font size", found: size, limit: 4...400)
        }
        self.font = font
        self.size = size
    }

    /// Pixels from one line to the next.
    public var lineHeight: Int { size * 4 / 3 }

    /// Text as a mask, with the place of its ink relative to the start of the first line.
    struct Drawn {
        var mask: Mask
        var left: Int
        var top: Int
    }

    /// Draws text.
    ///
    /// - Parameters:
    ///   - text: one or more lines; taken literally, not as markup.
    ///   - width: where lines are broken, in pixels; nil never breaks.
    /// - Returns: coverage 0...1, cropped to the ink; nil for a text without ink.
    /// - Throws: ``ImageError/textNotDrawn(text:detail:)``.
    public func mask(_ text: String, wrappedAt width: Int? = nil) throws -> Mask? {
        try draw(text, wrappedAt: width)?.mask
    }

    /// As ``mask(_:wrappedAt:)``, with the place of the ink; lines may be centred on one another.
    func draw(_ text: String, wrappedAt width: Int?, centred: Bool = false) throws -> Drawn? {
        guard text.contains(where: { !$0.isWhitespace }) else { return nil }
        guard text.utf8.count <= 10_000, !text.utf8.contains(0) else {
            throw ImageError.textNotDrawn(
                text: text, detail: "it has over 10000 bytes or contains NUL")
        }
        var drawn = cvips_text()
        var error = ErrorText()
        let status = error.fill {
            cvips_draw_text(
                escaped(text), "\(font) \(size)", Int32(clamping: width ?? 0), centred ? 1 : 0,
                &drawn, $0, $1)
        }
        defer { cvips_free(drawn.coverage) }
        guard status == 0, let coverage = drawn.coverage else {
            throw ImageError.textNotDrawn(text: text, detail: error.text)
        }
        let (columns, rows) = (Int(drawn.width), Int(drawn.height))
        let mask = try Mask(
            width: columns, height: rows,
            values: (0..<(columns * rows)).map { Float(coverage[$0]) / 255 })
        return Drawn(mask: mask, left: Int(drawn.left), top: Int(drawn.top))
    }

    /// Pango reads markup; these are the characters that mean something there.
    private func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default: result.append(character)
            }
        }
    }
}
