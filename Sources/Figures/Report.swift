import Checkpoints

/// A page of titled tables, plots and pictures, as one HTML file.
///
/// Plots are drawn inside the page; pictures stay files beside it, under relative links. Nothing is
/// loaded from elsewhere and there is no script, so a report can be moved with its folder, zipped,
/// or opened years later.
///
/// ```swift
/// var report = Report(title: "Miniature VAE")
/// report.add(heading: "Reconstruction", [.table(scores), .plot(loss), .picture("faces.png")])
/// try report.write(to: "runs/vae/index.html")
/// ```
public struct Report: Sendable {
    /// One thing on the page.
    public enum Item: Sendable {
        /// A paragraph; line breaks are kept.
        case text(String)
        /// Output of a program or a configuration, in letters of one width.
        case code(String)
        case table(Table)
        case plot(LinePlot)
        /// A picture's path relative to the page, and words below it.
        case picture(String, caption: String = "")
        /// A file's path relative to the page, and the words to click on.
        case link(String, String)
        /// Parts shown beside one another where the screen is wide enough.
        case row([Item])
    }

    /// A heading and what stands below it.
    struct Section: Sendable {
        let heading: String
        let items: [Item]
    }

    /// Shown at the top and in the browser's tab.
    public var title: String
    /// A sentence below the title; empty for none.
    public var summary: String
    /// Seconds after which an open page loads itself again, for a run that is still going; nil
    /// never does.
    public var refreshSeconds: Int?
    private(set) var sections: [Section] = []

    /// An empty page.
    ///
    /// - Parameters:
    ///   - title: shown at the top and in the browser's tab.
    ///   - summary: a sentence below the title.
    ///   - refreshSeconds: how often an open page loads itself again; nil never does.
    public init(title: String, summary: String = "", refreshSeconds: Int? = nil) {
        self.title = title
        self.summary = summary
        self.refreshSeconds = refreshSeconds
    }

    /// Adds a section at the end.
    ///
    /// - Parameters:
    ///   - heading: empty for none.
    ///   - items: what stands below it, in order.
    public mutating func add(heading: String = "", _ items: [Item]) {
        sections.append(Section(heading: heading, items: items))
    }

    /// Writes the page; a reader sees the old one or the new one, never a part.
    ///
    /// - Parameter path: the file to write; links are relative to its folder.
    /// - Throws: `CheckpointError` with the system's reason.
    public func write(to path: String) throws {
        try AtomicFile.write(Array(html.utf8), to: path)
    }
}
