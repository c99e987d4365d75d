import ArgumentParser
import Checkpoints
import Faces
import Foundation
import ICPortrait
import Images

/// `likeness generate`: a portrait of a person in another picture's pose, style and light.
struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Make a portrait of a person in the pose, style and light of another picture.",
        discussion: """
            likeness generate --profile anna.png --reference painting.png -o anna-painted.png
            likeness generate --profile 1=anna.png --profile 2=ben.png --reference two.png -o out.png

            Faces are found, cut out, made anew and laid back where they were; the rest of the \
            reference keeps its bytes. Of several photos of a person the one with the nearest pose \
            and light is taken. What the picture was made from is written into it: `likeness \
            replay` makes it again.
            """)

    /// Which paper.
    enum Method: String, ExpressibleByArgument, CaseIterable {
        case icPortrait = "ic-portrait"
    }

    @Option(help: "ic-portrait.")
    var method = Method.icPortrait

    @Option(
        parsing: .upToNextOption,
        help: "Photos of whom the portrait will show; N=FILE for face N of the reference.")
    var profile: [String]

    @Option(help: "The picture that gives pose, style and light.")
    var reference: String

    @OptionGroup var faces: FaceOptions

    @Option(name: .shortAndLong, help: "The picture to write; NAME-1 is the best of --seeds.")
    var output: String

    @Option(help: "Make so many, from following seeds, and number them by likeness.")
    var seeds = 1

    @Option(help: "A folder for crops, masks, matches, rounds and a sheet of them.")
    var saveAll: String?

    @Flag(help: "Replace existing output files.")
    var force = false

    @OptionGroup var options: PortraitOptions

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        struct Picture: Encodable {
            let output: String
            let seed: UInt64
            let likeness: Double?
        }
        let plan: [String]
        /// Whether the recogniser that says the likeness also guided the portraits: it is a
        /// judge of its own work then.
        let isGuided: Bool
        let pictures: [Picture]
        let loadSeconds: Double
        let seconds: Double
        let peakMemoryBytes: Int
    }

    func validate() throws {
        guard (1...64).contains(seeds) else {
            throw ValidationError("--seeds: expected 1 to 64, found \(seeds)")
        }
        try faces.check(profiles: profile.count)
    }

    func run() throws {
        try reporting.run {
            let outputs = Output.numbered(output, count: seeds)
            for path in outputs { try Output.check(path, force: force) }
            let format = try OutputFormat(path: output)
            if let saveAll { try Output.makeNewFolder(saveAll, force: force) }
            let people = try people()
            let clock = ContinuousClock()
            let start = clock.now
            let tools = try options.tools()
            for note in tools.model.notes { reporting.remark("likeness: \(note)") }
            let plan = try PortraitPlan(
                reference: reference, people: people, profileFace: faces.profileChoice,
                advice: FaceAdvice(
                    box: "with --face-box",
                    number: "with --face, or name everybody with --profile 1=FILE --profile 2=FILE"),
                tools)
            for line in plan.lines { reporting.remark(line) }
            let loaded = (clock.now - start).seconds
            let work = PortraitWork(plan: plan, tools: tools, kind: options.scheduler)
            let outcomes = try made(work)
            let seconds = (clock.now - start).seconds - loaded
            var pictures: [Report.Picture] = []
            for (path, outcome) in zip(outputs, outcomes) {
                let record = plan.record(
                    tools, seed: outcome.seed, scheduler: options.scheduler.rawValue,
                    dtype: options.computeType.rawValue)
                try AtomicFile.write(
                    tools.encoded(outcome.picture, record, as: format), to: path)
                pictures.append(
                    .init(output: path, seed: outcome.seed, likeness: outcome.likeness))
            }
            if let saveAll, let best = outcomes.first {
                try PortraitSheet(plan, best, tools).write(to: saveAll)
            }
            let report = Report(
                plan: plan.lines, isGuided: plan.isGuided, pictures: pictures, loadSeconds: loaded,
                seconds: seconds,
                peakMemoryBytes: ProcessMemory.peak)
            try reporting.result(report, text: text(report))
        }
    }

    private func made(_ work: PortraitWork) throws -> [PortraitWork.Outcome] {
        let first = options.seed ?? UInt64.random(in: 0..<(1 << 32))
        let interrupt = Interrupt()
        var outcomes: [PortraitWork.Outcome] = []
        for number in 0..<seeds {
            guard
                let outcome = try work.run(
                    seed: first &+ UInt64(number), shouldStop: { interrupt.isRequested },
                    progress: { done, total in
                        reporting.progress(number * total + done, of: seeds * total, "step")
                    })
            else {
                throw CommandError("interrupted; nothing was written", code: Failure.interrupted)
            }
            // Without a score the order of the seeds stays.
            let place = outcomes.firstIndex { ($0.likeness ?? -2) < (outcome.likeness ?? -2) }
            outcomes.insert(outcome, at: place ?? outcomes.endIndex)
            // Only of the best one may be told what it was made through.
            for other in outcomes.indices where other > 0 || saveAll == nil {
                outcomes[other].results = []
            }
        }
        return outcomes
    }

    /// Photos of each person, and which face each becomes.
    private func people() throws -> [(choice: FaceChoice, paths: [String])] {
        var numbered: [Int: [String]] = [:]
        var plain: [String] = []
        var current: Int?
        for text in profile {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2, let number = Int(parts[0]), number > 0 {
                numbered[number, default: []].append(parts[1])
                current = number
            } else if let current {
                numbered[current, default: []].append(text)
            } else {
                plain.append(text)
            }
        }
        guard !numbered.isEmpty else {
            return [(faces.choice, plain)]
        }
        guard plain.isEmpty, faces.choice == .any else {
            throw CommandError(
                "--profile: expected N=FILE for everybody, and then neither --face nor --face-box, "
                    + "found both kinds", code: Failure.badInput)
        }
        return numbered.sorted { $0.key < $1.key }.map { (.number($0.key), $0.value) }
    }

    private func text(_ report: Report) -> String {
        let judge = report.isGuided ? " by the recogniser that guided it" : ""
        return report.pictures.map { picture in
            let score =
                picture.likeness.map { String(format: ", likeness %.2f", $0) + judge } ?? ""
            return "\(picture.output): seed \(picture.seed)\(score)"
        }.joined(separator: "\n")
            + String(
                format: "\nloaded in %.1f s, made in %.1f s", report.loadSeconds, report.seconds)
    }
}
