import ArgumentParser
import Checkpoints
import Faces
import Foundation
import ICPortrait
import Images

/// `likeness refine`: improves the likeness in a picture that another tool made (IC-Portrait, section
/// 4.1, second comparison).
struct Refine: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refine",
        abstract: "Bring the likeness into a portrait that another tool made.",
        discussion: """
            The picture is the style reference of its own person: pose, style and light stay, the \
            face comes nearer to the profile photos. What tools such as InstantID, PuLID or a LoRA \
            make goes in as it is.
            """)

    @Argument(help: "The picture to improve.")
    var picture: String

    @Option(parsing: .upToNextOption, help: "Photos of whom it shows; the best one is taken.")
    var profile: [String]

    @OptionGroup var faces: FaceOptions

    @Option(name: .shortAndLong, help: "The picture to write.")
    var output: String

    @Flag(help: "Replace an existing output file.")
    var force = false

    @OptionGroup var options: PortraitOptions

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        let output: String
        let seed: UInt64
        /// By recogniser A.
        let likenessBefore: Double?
        let likenessAfter: Double?
        /// Whether that recogniser also guided it.
        let isGuided: Bool
    }

    func validate() throws { try faces.check(profiles: profile.count) }

    func run() throws {
        try reporting.run {
            try Output.check(output, force: force)
            let format = try OutputFormat(path: output)
            let tools = try options.tools()
            let plan = try PortraitPlan(
                reference: picture, people: [(faces.choice, profile)],
                profileFace: faces.profileChoice,
                advice: FaceAdvice(box: "with --face-box", number: "with --face"), tools)
            for line in plan.lines { reporting.remark(line) }
            let place = plan.places[0]
            let before = try tools.likeness(of: place.reference.image, to: place.profile)
            let seed = options.seed ?? UInt64.random(in: 0..<(1 << 32))
            let interrupt = Interrupt()
            let work = PortraitWork(plan: plan, tools: tools, kind: options.scheduler)
            guard
                let outcome = try work.run(
                    seed: seed, shouldStop: { interrupt.isRequested },
                    progress: { reporting.progress($0, of: $1, "step") })
            else {
                throw CommandError("interrupted; nothing was written", code: Failure.interrupted)
            }
            let record = plan.record(
                tools, seed: seed, scheduler: options.scheduler.rawValue,
                dtype: options.computeType.rawValue)
            try AtomicFile.write(tools.encoded(outcome.picture, record, as: format), to: output)
            let report = Report(
                output: output, seed: seed, likenessBefore: before,
                likenessAfter: outcome.likeness, isGuided: plan.isGuided)
            let told = [before, outcome.likeness].map {
                $0.map { String(format: "%.2f", $0) } ?? "unknown"
            }
            try reporting.result(
                report,
                text: "\(output): seed \(seed), likeness \(told[0]) before, \(told[1]) now"
                    + (plan.isGuided ? ", by the recogniser that guided it" : ""))
        }
    }
}
