import Images

/// A plot of one or more series over two axes, as SVG or as pixels.
///
/// ```swift
/// let plot = LinePlot(
///     title: "Training loss", x: Axis("step"), y: Axis("loss", scale: .logarithmic),
///     series: [Series(name: "", points: raw, style: .faint), Series(name: "mean", points: mean)])
/// try AtomicFile.write(Array(plot.svg().utf8), to: "loss.svg")
/// ```
///
/// Colours are Paul Tol's "bright" scheme, which readers with any colour vision can tell apart;
/// from the seventh series on they come again, dashed.
public struct LinePlot: Sendable {
    /// Shown above the plot; empty for none.
    public var title: String
    /// The horizontal axis.
    public var x: Axis
    /// The vertical axis.
    public var y: Axis
    /// What is plotted, the first at the back.
    public var series: [Series]
    /// Lines across the plot.
    public var guides: [Guide]
    /// Width of the whole figure; pixels at a scale of 1.
    public var width: Int
    /// Height of the whole figure.
    public var height: Int

    /// A plot.
    ///
    /// - Parameters:
    ///   - title: shown above the plot; empty for none.
    ///   - x: the horizontal axis.
    ///   - y: the vertical axis.
    ///   - series: what is plotted, the first at the back.
    ///   - guides: lines across the plot.
    ///   - width: of the whole figure, 160...4000 (clamped).
    ///   - height: of the whole figure, 120...4000 (clamped).
    public init(
        title: String, x: Axis, y: Axis, series: [Series], guides: [Guide] = [], width: Int = 640,
        height: Int = 400
    ) {
        self.title = title
        self.x = x
        self.y = y
        self.series = series
        self.guides = guides
        self.width = min(max(width, 160), 4000)
        self.height = min(max(height, 120), 4000)
    }

    /// The plot as a whole SVG document that follows the reader's light or dark colours.
    ///
    /// The same text may stand inside an HTML page.
    public func svg() -> String { svgText(PlotLayout(self).drawing()) }

    /// The plot as pixels, in light colours.
    ///
    /// - Parameter scale: pixels for each unit of the figure's size, 0.5...8 (clamped); 2 is sharp
    ///   on dense screens.
    /// - Returns: three channels.
    /// - Throws: `ImageError` when text cannot be drawn.
    public func image(scale: Double = 2) throws -> Image {
        try PlotPainter(scale: min(max(scale, 0.5), 8)).paint(PlotLayout(self).drawing())
    }

    /// The plot as a PNG file, in light colours.
    ///
    /// - Parameter scale: see ``image(scale:)``.
    /// - Returns: the whole file.
    /// - Throws: `ImageError`.
    public func png(scale: Double = 2) throws -> [UInt8] {
        try VipsCodec().encode(image(scale: scale), as: .png())
    }
}
