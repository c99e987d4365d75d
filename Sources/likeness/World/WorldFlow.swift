import ArgumentParser
import Checkpoints
import Images
import World

/// `likeness world flow A B -o OUT.png`: where one picture's points are in the other.
struct WorldFlow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flow",
        abstract: "Draw the exact correspondence between two pictures of the world.",
        discussion: """
            A and B are PERSON/VIEW of --seed, or DIR:INDEX of a data set. Of two different people \
            only the heads correspond. Drawn: A, B, the motion from A to B in colours, what of A is \
            hidden in B (red) or outside it (blue), and B drawn in A's place.
            """)

    @Argument(help: "PERSON/VIEW or DIR:INDEX.")
    var a: SampleReference

    @Argument(help: "PERSON/VIEW or DIR:INDEX.")
    var b: SampleReference

    @Option(name: .shortAndLong, help: "The picture to write: .png, .jpg or .webp.")
    var output: String

    @Option(help: "Which world, for PERSON/VIEW.")
    var seed: UInt64 = 1

    @Option(help: "Pixels of a side.")
    var size = 256

    @Flag(help: "Replace an existing output file.")
    var force = false

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        let output: String
        /// Shares of A's foreground.
        let visible: Double
        let occluded: Double
        let outside: Double
    }

    func run() throws {
        try reporting.run {
            try Output.check(output, force: force)
            let format = try OutputFormat(path: output)
            let studio = try Studio()
            let (first, second) = try (portrait(a, studio), portrait(b, studio))
            let flow = try studio.correspondence(from: first, to: second)
            let sheet = try drawn(first, second, flow)
            try AtomicFile.write(try VipsCodec().encode(sheet, as: format), to: output)
            let states = flow.state.filter { $0 != Correspondence.State.none.rawValue }
            func share(_ state: Correspondence.State) -> Double {
                Double(states.filter { $0 == state.rawValue }.count) / Double(max(states.count, 1))
            }
            let report = Report(
                output: output, visible: share(.visible), occluded: share(.occluded),
                outside: share(.outside))
            let percent = [report.visible, report.occluded, report.outside].map {
                Int((100 * $0).rounded())
            }
            try reporting.result(
                report,
                text: "\(output): of A's points \(percent[0]) % are seen in B, \(percent[1]) % hidden, "
                    + "\(percent[2]) % outside")
        }
    }

    private func portrait(_ reference: SampleReference, _ studio: Studio) throws -> Portrait {
        let found = try reference.found(seed: seed, range: .training)
        let sitter = try studio.sitter(found.person, detail: .init(size: size))
        return try studio.portrait(of: sitter, found.look, size: size, quality: .final)
    }

    private func drawn(
        _ first: Portrait, _ second: Portrait, _ flow: Correspondence
    ) throws -> Image {
        let (w, h) = (flow.width, flow.height)
        let planes = (0..<2).flatMap { c in flow.flow.map { $0[c] } }
        let colours = try FlowPicture(flow: planes, width: w, height: h)
        let states = try Image(width: w, height: h) { out in
            let colours: [[UInt8]] = [[30, 30, 34], [70, 170, 90], [210, 60, 50], [60, 90, 210]]
            for i in 0..<w * h {
                for k in 0..<3 { out[3 * i + k] = colours[min(3, Int(flow.state[i]))][k] }
            }
        }
        let warped = try flow.warped(second.view.colour, of: second.view, to: first.view)
        var style = ContactSheet.Style()
        style.cellWidth = max(size, 192)
        style.cellHeight = max(size, 192)
        var sheet = ContactSheet(columns: ["", "", ""], style: style)
        sheet.addRow(
            [first.view.colour, second.view.colour, warped.image],
            captions: ["A", "B", "B in A's place"])
        sheet.addRow(
            [try colours.withLegend(), states, first.view.albedo],
            captions: [
                "motion, full colour at \(Int(colours.scale.rounded())) px",
                "seen, hidden, outside", "A's albedo",
            ])
        return try sheet.rendered()
    }
}
