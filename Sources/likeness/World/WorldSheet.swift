import ArgumentParser
import Checkpoints
import Images
import World

/// `likeness world sheet -o OUT.png`: contact sheets of the world.
struct WorldSheet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sheet",
        abstract: "Draw a contact sheet: people, or one person in many views, lights, moods or ages.")

    /// What the sheet shows.
    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case identities, views, lights, expressions, ages
    }

    @Argument(help: "\(Kind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var kind: Kind = .identities

    @Option(name: .shortAndLong, help: "The picture to write: .png, .jpg or .webp.")
    var output: String

    @Option(help: "Which world: another seed, other people.")
    var seed: UInt64 = 1

    @Option(help: "Which person; the first one, for identities.")
    var person = 0

    @Option(help: "How many cells; the kind's own number, unless given.")
    var count: Int?

    @Option(help: "Pixels of a portrait's side, 32...1024.")
    var size = 256

    @Flag(help: "Replace an existing output file.")
    var force = false

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        let output: String
        let portraits: Int
        let width: Int
        let height: Int
    }

    func run() throws {
        try reporting.run {
            try Output.check(output, force: force)
            let format = try OutputFormat(path: output)
            guard (32...1024).contains(size) else {
                throw ValidationError("--size: expected 32 to 1024 pixels, found \(size)")
            }
            let cells = try SheetCells(kind: kind, seed: seed, person: person, count: count).cells
            let studio = try Studio()
            var images: [Image] = []
            var sitter: Sitter?
            for (i, cell) in cells.enumerated() {
                if sitter?.person != cell.person {
                    sitter = try studio.sitter(cell.person, detail: .init(size: 512))
                }
                guard let sitter else { continue }
                let portrait = try studio.portrait(
                    of: sitter, cell.look, size: size, quality: .final, threads: 2)
                images.append(portrait.view.colour)
                reporting.progress(i + 1, of: cells.count, "portrait")
            }
            let sheet = try drawn(cells, images)
            try AtomicFile.write(try VipsCodec().encode(sheet, as: format), to: output)
            let report = Report(
                output: output, portraits: images.count, width: sheet.width, height: sheet.height)
            try reporting.result(
                report,
                text: "\(output): \(images.count) portraits, \(sheet.width) x \(sheet.height)")
        }
    }

    private func drawn(_ cells: [SheetCells.Cell], _ images: [Image]) throws -> Image {
        let columns = min(kind == .identities ? 6 : 4, cells.count)
        var style = ContactSheet.Style()
        style.cellWidth = size
        style.cellHeight = size
        var sheet = ContactSheet(columns: [String](repeating: "", count: columns), style: style)
        for start in stride(from: 0, to: cells.count, by: columns) {
            let row = start..<min(start + columns, cells.count)
            let empty = [Image?](repeating: nil, count: columns - row.count)
            sheet.addRow(images[row].map { $0 } + empty, captions: row.map { cells[$0].caption })
        }
        return try sheet.rendered()
    }
}
