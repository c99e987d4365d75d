import ArgumentParser
import Checkpoints
import Faces
import Foundation
import ICPortrait
import Images

/// `likeness refine`: improves the likeness in a picture that another tool made (IC-Portrait, section
/// 4.3, second comparison).
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

    @Option(help: "Which face of the picture, counted from the left, from 1.")
    var face: Int?

    @Option(help: "Where the face is: LEFT,TOP,RIGHT,BOTTOM in pixels.")
    var faceBox: BoxArgument?

    @Option(help: "The same in the profile photo.")
    var profileFaceBox: BoxArgument?

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
    }

    func validate() throws {
        guard (face ?? 1) >= 1 else {
            throw ValidationError("--face: expected a number from 1, found \(face ?? 0)")
        }
        guard profileFaceBox == nil || profile.count == 1 else {
            throw ValidationError(
                "--profile-face-box: expected one --profile that it is of, found \(profile.count)")
        }
    }

    func run() throws {
        try reporting.run {
            try Output.check(output, force: force)
            let format = try OutputFormat(path: output)
            let tools = try options.tools()
            let choice = faceBox.map { .box($0.box) } ?? face.map { .number($0) } ?? FaceChoice.any
            let plan = try PortraitPlan(
                reference: picture, people: [(choice, profile)],
                profileFace: profileFaceBox.map { .box($0.box) } ?? .any, tools)
            for line in plan.lines { reporting.remark(line) }
            let place = plan.places[0]
            let before = try tools.likeness(of: place.reference.image, to: place.profile)
            let seed = options.seed ?? UInt64.random(in: 0..<(1 << 32))
            let interrupt = Interrupt()
            let work = PortraitWork(plan: plan, tools: tools, kind: options.scheduler)
            var done = 0
            guard
                let outcome = try work.run(
                    seed: seed, shouldStop: { interrupt.isRequested },
                    step: {
                        done += 1
                        reporting.progress(done, of: max(work.steps, done), "step")
                    })
            else {
                throw CommandError("interrupted; nothing was written", code: Failure.interrupted)
            }
            let record = plan.record(
                tools, seed: seed, scheduler: options.scheduler.rawValue,
                dtype: options.dtype.rawValue)
            try AtomicFile.write(tools.encoded(outcome.picture, record, as: format), to: output)
            let report = Report(
                output: output, seed: seed, likenessBefore: before,
                likenessAfter: outcome.likeness)
            let told = [before, outcome.likeness].map {
                $0.map { String(format: "%.2f", $0) } ?? "unknown"
            }
            try reporting.result(
                report, text: "\(output): seed \(seed), likeness \(told[0]) before, \(told[1]) now")
        }
    }
}
