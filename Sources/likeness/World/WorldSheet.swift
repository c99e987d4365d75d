import ArgumentParser
import Checkpoints
import Images
import World

/// `likeness world sheet -o OUT.png`: contact sheets of the world.
struct WorldSheet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sheet",
        abstract:
            "Draw a contact sheet: people, groups, or one person in many views, lights, moods or ages."
    )

    /// What the sheet shows.
    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case identities, views, lights, expressions, ages, groups
    }

    @Argument(help: "\(Kind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var kind: Kind = .identities

    @Option(name: .shortAndLong, help: "The picture to write: .png, .jpg or .webp.")
    var output: String

    @Option(help: "Which world: another seed, other people.")
    var seed: UInt64 = 1

    @Option(help: "Which person; the first one, for identities; the first picture, for groups.")
    var person = 0

    @Option(help: "How many cells; the kind's own number, unless given.")
    var count: Int?

    @Option(help: "Pixels of a portrait's side, of a group's height, 32...1024.")
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
            let pictures = try kind == .groups ? groups() : portraits()
            let sheet = try drawn(pictures)
            try AtomicFile.write(try VipsCodec().encode(sheet, as: format), to: output)
            let report = Report(
                output: output, portraits: pictures.count, width: sheet.width,
                height: sheet.height)
            try reporting.result(
                report,
                text: "\(output): \(pictures.count) pictures, \(sheet.width) x \(sheet.height)")
        }
    }

    private typealias Picture = (image: Image, caption: String)

    private func portraits() throws -> [Picture] {
        let cells = try SheetCells(kind: kind, seed: seed, person: person, count: count).cells
        let studio = try Studio()
        var pictures: [Picture] = []
        var sitter: Sitter?
        for (i, cell) in cells.enumerated() {
            if sitter?.person != cell.person {
                sitter = try studio.sitter(cell.person, detail: .init(size: 512))
            }
            guard let sitter else { continue }
            let portrait = try studio.portrait(
                of: sitter, cell.look, size: size, quality: .final, threads: 2)
            pictures.append((portrait.view.colour, cell.caption))
            reporting.progress(i + 1, of: cells.count, "portrait")
        }
        return pictures
    }

    /// Pictures of a data set of groups, in which more and more people come.
    private func groups() throws -> [Picture] {
        let studio = try Studio()
        return try (0..<(count ?? 12)).map { i in
            let number = 1 + i % GroupSource.mostPeople
            let first = (person + i) * GroupSource.mostPeople
            let people = (first..<first + number).map { Person(seed: seed, index: $0) }
            let plan = GroupPlan(of: people, seed: seed, index: person + i)
            let sitters = try people.map { try studio.sitter($0, detail: .init(size: 512)) }
            let group = try studio.group(
                plan, of: sitters, width: 3 * size / 2, height: size, quality: .final, threads: 2)
            reporting.progress(i + 1, of: count ?? 12, "group")
            let names = group.scene.members.map { "\($0.person.index)" }
            return (group.view.colour, names.joined(separator: ", "))
        }
    }

    private func drawn(_ pictures: [Picture]) throws -> Image {
        let columns = min(kind == .identities ? 6 : 4, pictures.count)
        var style = ContactSheet.Style()
        style.cellWidth = kind == .groups ? 3 * size / 2 : size
        style.cellHeight = size
        var sheet = ContactSheet(columns: [String](repeating: "", count: columns), style: style)
        for start in stride(from: 0, to: pictures.count, by: columns) {
            let row = pictures[start..<min(start + columns, pictures.count)]
            let empty = [Image?](repeating: nil, count: columns - row.count)
            sheet.addRow(row.map(\.image) + empty, captions: row.map(\.caption))
        }
        return try sheet.rendered()
    }
}
