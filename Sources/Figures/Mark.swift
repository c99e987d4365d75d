import Images

/// Something to draw, in units from the figure's top left corner, y down.
enum Mark {
    /// Joined points. `opacity` 0...1; `dash` is the length of dashes and gaps, 0 for none.
    case line([Point], Ink, width: Double, dash: Double = 0, opacity: Double = 1)
    /// The tint between joined points and a height; x must not decrease.
    case area([Point], to: Double, Ink, opacity: Double)
    case dots([Point], Ink, radius: Double)
    case text(String, Point, TextStyle)
}

/// How a text stands: the place it is given is on its baseline, at the left, middle or right.
struct TextStyle {
    enum Anchor: String { case start, middle, end }

    var size: Double
    var anchor = Anchor.start
    var bold = false
    var ink = Ink.text
}

/// What a mark is, which decides its colour in light and in dark.
enum Ink: Hashable {
    case text, faintText, grid, axis
    case series(Int)

    /// Hexadecimal sRGB on a light page and on a dark one.
    var colours: (light: UInt32, dark: UInt32) {
        switch self {
        case .text: (0x1C2026, 0xE6E8EB)
        case .faintText: (0x60686F, 0xA2A9B1)
        case .grid: (0xE6E8EB, 0x2E333A)
        case .axis: (0x8A929B, 0x6B737C)
        case .series(let index): Ink.palette[index % Ink.palette.count]
        }
    }

    /// The page itself.
    static let ground: (light: UInt32, dark: UInt32) = (0xFFFFFF, 0x16191D)

    /// Tol's bright scheme; on a dark page a little lighter where it would sink.
    static let palette: [(light: UInt32, dark: UInt32)] = [
        (0x4477AA, 0x6FA3D8), (0xEE6677, 0xEE6677), (0x228833, 0x4DB35F), (0xAA3377, 0xCF66A3),
        (0xCCBB44, 0xCCBB44), (0x66CCEE, 0x66CCEE),
    ]
}

/// A laid out figure.
struct FigureDrawing {
    let width, height: Double
    /// Where data is shown; `data` is clipped to it.
    let frame: (left: Double, top: Double, right: Double, bottom: Double)
    var behind: [Mark] = []
    var data: [Mark] = []
    var front: [Mark] = []
    /// Said to those who cannot see the figure.
    let title: String
}
