import ArgumentParser
import Checkpoints
import Images
import World

/// `likeness world show SAMPLE -o OUT.png`: a picture with all its maps.
struct WorldShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Lay out a picture of the world with all its truth.",
        discussion: """
            SAMPLE is PERSON/VIEW, as in 12/0, of --seed, or DIR:INDEX, a sample of a data set of \
            portraits or of groups. A stored sample is rendered again from its own JSON, and \
            compared with its stored picture.
            """)

    @Argument(help: "PERSON/VIEW or DIR:INDEX.")
    var sample: SampleReference

    @Option(name: .shortAndLong, help: "The picture to write: .png, .jpg or .webp.")
    var output: String

    @Option(help: "Which world, for PERSON/VIEW.")
    var seed: UInt64 = 1

    @Option(help: "Pixels of a side; the sample's own, or 384.")
    var size: Int?

    @Flag(help: "Replace an existing output file.")
    var force = false

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        let output: String
        let captions: [String]
        /// Whether rendering again gave the stored picture, byte for byte; absent without one.
        let sameAsStored: Bool?
    }

    func run() throws {
        try reporting.run {
            try Output.check(output, force: force)
            let format = try OutputFormat(path: output)
            if let group = try sample.group() {
                return try show(group.truth, group.picture, format)
            }
            let found = try sample.found(seed: seed, range: .training)
            let side = size ?? found.size ?? 384
            let studio = try Studio()
            let sitter = try studio.sitter(found.person, detail: .init(size: side))
            let stored = side == found.size
            let portrait = try studio.portrait(
                of: sitter, found.look, size: side, quality: stored ? .draft : .final)
            let codec = try VipsCodec()
            let same =
                stored
                ? try found.picture.map { try codec.encode(portrait.view.colour, as: .png()) == $0 }
                : nil
            let sheet = try drawn(portrait.pictures(), columns: 4, width: side, height: side)
            try AtomicFile.write(try codec.encode(sheet, as: format), to: output)
            let report = Report(
                output: output, captions: portrait.truth().captions, sameAsStored: same)
            try reporting.result(report, text: text(report))
        }
    }

    /// A group, rendered again from its own truth.
    private func show(_ truth: GroupTruth, _ picture: [UInt8]?, _ format: OutputFormat) throws {
        let height = size ?? truth.height
        let width = truth.width * height / truth.height
        let studio = try Studio()
        let stored = height == truth.height
        let sitters = try truth.scene.members.map {
            try studio.sitter($0.person, detail: .init(size: height))
        }
        let group = try studio.group(
            truth.scene, of: sitters, width: width, height: height,
            quality: stored ? .draft : .final)
        let codec = try VipsCodec()
        let same =
            stored ? try picture.map { try codec.encode(group.view.colour, as: .png()) == $0 } : nil
        let sheet = try drawn(group.pictures(), columns: 2, width: width, height: height)
        try AtomicFile.write(try codec.encode(sheet, as: format), to: output)
        let report = Report(
            output: output, captions: truth.faces.compactMap { $0.captions.last },
            sameAsStored: same)
        try reporting.result(report, text: text(report))
    }

    private func drawn(
        _ pictures: [(name: String, image: Image)], columns: Int, width: Int, height: Int
    ) throws -> Image {
        var style = ContactSheet.Style()
        style.cellWidth = max(width, 192)
        style.cellHeight = max(height, 192)
        var sheet = ContactSheet(columns: [String](repeating: "", count: columns), style: style)
        for start in stride(from: 0, to: pictures.count, by: columns) {
            let row = pictures[start..<min(start + columns, pictures.count)]
            sheet.addRow(row.map(\.image), captions: row.map(\.name))
        }
        return try sheet.rendered()
    }

    private func text(_ report: Report) -> String {
        var lines = ["\(report.output)"] + report.captions.map { "  \($0)" }
        if let same = report.sameAsStored {
            lines.append(
                same
                    ? "  rendered again, byte for byte the stored picture"
                    : "  rendered again, it differs from the stored picture: another machine or version?"
            )
        }
        return lines.joined(separator: "\n")
    }
}
