import Checkpoints
import Figures
import Foundation
import Images

/// What was measured of one part of the miniature models.
public struct PartScores: Sendable {
    /// Numbers in words.
    public var tables: [Table] = []
    /// Curves, by file name.
    public var plots: [(name: String, plot: LinePlot)] = []
    /// Sheets to look at, by file name.
    public var pictures: [(name: String, caption: String, image: Image)] = []
    /// The numbers that requirements are about, by name.
    public var figures: [String: Double] = [:]

    /// Nothing yet.
    public init() {}

    /// Writes tables as Markdown and JSON, plots as SVG and pictures as JPEG.
    ///
    /// - Parameters:
    ///   - folder: an existing one.
    ///   - part: begins every file's name.
    /// - Throws: `CheckpointError`, `ImageError`.
    func write(to folder: String, part: MiniaturePart) throws {
        try write(to: folder, named: part.rawValue)
    }

    /// Writes all of it, and a page `NAME.html` that shows it, into a folder, which is made if it is missing.
    ///
    /// - Parameters:
    ///   - title: of the page.
    ///   - name: begins every file's name.
    ///   - folder: where.
    /// - Throws: ``MiniatureError`` for a folder that cannot be made; `CheckpointError`, `ImageError`.
    public func write(page title: String, named name: String, to folder: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw MiniatureError("\(folder): could not make it: \(error.localizedDescription).")
        }
        try write(to: folder, named: name)
        var report = Report(title: title)
        report.add(items(named: name))
        try report.write(to: "\(folder)/\(name).html")
    }

    private func write(to folder: String, named name: String) throws {
        let start = "\(folder)/\(name)"
        let text = tables.map(\.markdown).joined(separator: "\n")
        try AtomicFile.write(Array(text.utf8), to: "\(start).md")
        let numbers = JSONValue.object(figures.mapValues { .number(Self.digits($0)) })
        let all = JSONValue.object([
            "figures": numbers, "tables": .array(tables.map(\.jsonValue)),
        ])
        try AtomicFile.write(Array((all.text + "\n").utf8), to: "\(start).json")
        for (kind, plot) in plots {
            try AtomicFile.write(Array(plot.svg().utf8), to: "\(start)-\(kind).svg")
        }
        let codec = try VipsCodec()
        for (kind, _, image) in pictures {
            try AtomicFile.write(
                codec.encode(image, as: .jpeg(quality: 88)), to: "\(start)-\(kind).jpg")
        }
    }

    /// The part's place on the page of all of them.
    func items(_ part: MiniaturePart) -> [Report.Item] { items(named: part.rawValue) }

    private func items(named name: String) -> [Report.Item] {
        tables.map { .table($0) } + [.row(plots.map { .plot($0.plot) })]
            + pictures.map {
                .picture("\(name)-\($0.name).jpg", caption: $0.caption)
            }
    }

    private static func digits(_ value: Double) -> String {
        value.isFinite ? String(format: "%.6g", value) : "null"
    }
}

/// What can be measured on its own.
public enum MiniaturePart: String, CaseIterable, Sendable {
    /// Verification by both recognisers.
    case recognisers
    /// Reconstructions.
    case autoencoder
    /// Retrieval and questions.
    case clip
    /// Faces and points in scenes with several people.
    case detector
    /// The base's features across two pictures of a person.
    case matching
    /// Pictures that the base makes.
    case samples
}
