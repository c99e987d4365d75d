import ArgumentParser
import Checkpoints
import Foundation
import ICPortrait
import Images
import Miniature
import World

/// `likeness relight`: IC-Portrait's Figure 6 in the world, where other views and other light are
/// rendered, and the person is brought back into each.
struct Relight: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relight",
        abstract:
            "Render a picture of the world in other views and lights, and put a person into each.",
        discussion: """
            likeness relight 12/0 --profile anna.png -o relit.jpg

            SAMPLE is PERSON/VIEW of --world-seed, or DIR:INDEX, a sample of a data set. The sheet \
            shows what was rendered, and below it the portraits.
            """)

    /// What changes.
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case views, lights
    }

    @Argument(help: "PERSON/VIEW or DIR:INDEX.")
    var sample: SampleReference

    @Option(parsing: .upToNextOption, help: "Photos of whom the portraits will show.")
    var profile: [String]

    @Option(help: "views or lights.")
    var vary = Kind.lights

    @Option(help: "Which world, for PERSON/VIEW; the miniature models have learned from 1.")
    var worldSeed: UInt64 = 2

    @Option(name: .shortAndLong, help: "The sheet to write: .png, .jpg or .webp.")
    var output: String

    @Flag(help: "Replace an existing output file.")
    var force = false

    @OptionGroup var options: PortraitOptions

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        struct Portrait: Encodable {
            let name: String
            /// By recogniser A.
            let likeness: Double?
        }
        let output: String
        let seed: UInt64
        /// Whether that recogniser also guided them.
        let isGuided: Bool
        let portraits: [Portrait]
    }

    func run() throws {
        try reporting.run {
            try Output.check(output, force: force)
            let format = try OutputFormat(path: output)
            let found = try sample.found(seed: worldSeed, range: .training)
            let tools = try options.tools()
            let side = tools.model.encoder.side
            let heads = try profile.map { path in
                try tools.profile(
                    tools.picture(path).image, named: path,
                    advice: FaceAdvice(box: "by cutting it out"))
            }
            let seed = options.seed ?? UInt64.random(in: 0..<(1 << 32))
            let studio = try Studio()
            let sitter = try studio.sitter(found.person, detail: .init(size: side))
            let interrupt = Interrupt()
            let changes = changes(found.look)
            var shown: [(before: Image, after: Image)] = []
            var portraits: [Report.Portrait] = []
            for (name, look) in changes {
                let render = try studio.portrait(of: sitter, look, size: side, quality: .final)
                let target = try HeadView(render)
                let head = heads[try ProfileChoice(heads, for: target).index]
                guard
                    let result = try tools.model.portrait(
                        of: head, among: heads, as: target, kind: options.scheduler, seed: seed,
                        shouldStop: { interrupt.isRequested })
                else {
                    throw CommandError(
                        "interrupted; nothing was written", code: Failure.interrupted)
                }
                shown.append((target.image, result.portrait))
                portraits.append(
                    .init(name: name, likeness: try tools.likeness(of: result.portrait, to: head)))
                reporting.progress(shown.count, of: changes.count, "portrait")
            }
            var sheet = ContactSheet(title: sample.text, columns: changes.map(\.0))
            sheet.addRow(shown.map(\.before), label: "rendered")
            sheet.addRow(
                shown.map(\.after), label: "portrait",
                captions: portraits.map { $0.likeness.map { String(format: "%.2f", $0) } ?? "" })
            try AtomicFile.write(VipsCodec().encode(sheet.rendered(), as: format), to: output)
            try reporting.result(
                Report(
                    output: output, seed: seed, isGuided: tools.isGuided, portraits: portraits),
                text: "\(output): \(changes.count) portraits, seed \(seed)")
        }
    }

    /// The looks, and what each is called.
    private func changes(_ look: Look) -> [(String, Look)] {
        switch vary {
        case .views:
            return [-30, -15, 0, 15, 30].map { (yaw: Float) in
                var other = look
                other.camera.yawDegrees = yaw
                other.head.yawDegrees = 0
                return ("\(Int(yaw)) degrees", other)
            }
        case .lights:
            let presets: [LightPreset] = [
                .softboxFront, .rembrandtLeft, .rembrandtRight, .underLight, .goldenHour, .neon,
            ]
            return presets.map { preset in
                var other = look
                other.light.preset = preset
                return (preset.rawValue, other)
            }
        }
    }
}
