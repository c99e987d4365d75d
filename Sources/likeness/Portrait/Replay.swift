import ArgumentParser
import Checkpoints
import Diffusion
import Faces
import Foundation
import ICPortrait
import Images
import Torch
import Training

/// `likeness replay`: makes a portrait again from what it says of itself.
struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Make a portrait again from what is written in it, and compare.",
        discussion: """
            The profile photos and the reference are looked for beside the portrait, here, and in \
            --inputs, by name and then by content. On the machine and build that made it the \
            distance is 0; elsewhere rounding may differ by a level or two.
            """)

    @Argument(help: "A picture that `likeness generate` or `refine` made.")
    var picture: String

    @Option(parsing: .upToNextOption, help: "Folders to look for the inputs in.")
    var inputs: [String] = []

    @Option(name: .shortAndLong, help: "Where to write the picture made again.")
    var output: String?

    @Option(help: "The model, if it is not the shipped one: a folder.")
    var model: String?

    @Option(help: "The folder with the nets, if they lie elsewhere.")
    var nets: String?

    @Option(help: "The face detector, if it lies elsewhere.")
    var detector: String?

    @Option(help: "The recogniser that guided it, if it lies elsewhere.")
    var recogniser: String?

    @Option(help: "cpu, cuda, cuda:N or mps.", transform: Device.init(parsing:))
    var device: Device = .cpu

    @Flag(help: "Replace an existing output file.")
    var force = false

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        let picture: String
        /// Levels of 0...255.
        let largestDifference: Int
        let meanDifference: Double
        let sameModel: Bool
        let output: String?
    }

    func run() throws {
        try reporting.run {
            if let output { try Output.check(output, force: force) }
            let record = try PortraitRecord(in: picture)
            guard let kind = SchedulerKind(rawValue: record.scheduler),
                let dtype = ComputeType(rawValue: record.dtype)
            else {
                throw CommandError(
                    "\(picture): expected a sampler and a number type of this version, found "
                        + "\(record.scheduler) and \(record.dtype); \(record.program) made it",
                    code: Failure.badInput)
            }
            let search = InputSearch(folders: [pathParts(picture).folder, "."] + inputs)
            let reference = try search.path(of: record.reference)
            // A recogniser knows a person by all their photos, the networks by one.
            let isGuided = record.settings.identity.weight > 0
            let profiles = try record.people.map { person in
                try (isGuided ? person.profiles : [person.profiles[person.chosen]])
                    .map(search.path)
            }
            var tools = try PortraitTools(
                model: model ?? record.model, nets: nets, detector: detector,
                recogniser: recogniser,
                dtype: dtype.dtype, device: device)
            tools.model.settings = record.settings
            let people = zip(record.people, profiles).map { person, paths in
                (choice: person.choice, paths: paths)
            }
            let plan = try PortraitPlan(
                reference: reference, people: people, profileFace: record.profileFace,
                advice: FaceAdvice(), tools)
            for line in plan.lines { reporting.remark(line) }
            let interrupt = Interrupt()
            let work = PortraitWork(plan: plan, tools: tools, kind: kind)
            guard
                let outcome = try work.run(
                    seed: record.seed, shouldStop: { interrupt.isRequested },
                    progress: { reporting.progress($0, of: $1, "step") })
            else {
                throw CommandError("interrupted; nothing was written", code: Failure.interrupted)
            }
            let before = try tools.made(picture)
            let after = try tools.kept(outcome.picture, as: OutputFormat(path: picture))
            let (largest, mean) = try difference(before, after)
            if let output {
                let own = plan.record(
                    tools, seed: record.seed, scheduler: record.scheduler, dtype: record.dtype)
                try AtomicFile.write(
                    tools.encoded(outcome.picture, own, as: OutputFormat(path: output)),
                    to: output)
            }
            let same = tools.fingerprint == record.fingerprint
            if !same { reporting.remark("likeness: the models are not those that made it") }
            if record.device != "\(device)" {
                reporting.remark("likeness: it was made on \(record.device), this is \(device)")
            }
            try reporting.result(
                Report(
                    picture: picture, largestDifference: largest, meanDifference: mean,
                    sameModel: same, output: output),
                text: largest == 0
                    ? "\(picture): distance 0, every byte the same"
                    : String(
                        format: "\(picture): distance %d levels at most, %.3f in the mean", largest,
                        mean))
        }
    }

    private func difference(_ a: Image, _ b: Image) throws -> (largest: Int, mean: Double) {
        guard a.width == b.width, a.height == b.height else {
            throw CommandError(
                "\(picture): expected \(b.width) x \(b.height) pixels, found \(a.width) x "
                    + "\(a.height); it was resized since it was made", code: Failure.badInput)
        }
        let gaps = zip(a.pixels, b.pixels).map { abs(Int($0) - Int($1)) }
        return (gaps.max() ?? 0, Double(gaps.reduce(0, +)) / Double(max(gaps.count, 1)))
    }
}

extension PortraitRecord.Person {
    /// The face that was meant.
    var choice: FaceChoice {
        if let box, box.count == 4 {
            return .box(FaceBox(left: box[0], top: box[1], right: box[2], bottom: box[3]))
        }
        return face.map { .number($0) } ?? .any
    }
}

/// Looks for the pictures that a record names.
struct InputSearch {
    let folders: [String]

    /// Where a picture is: a file of its name and content, else of its content alone.
    func path(of file: PortraitRecord.File) throws -> String {
        for folder in folders {
            let path = "\(folder)/\(file.name)"
            if hash(path) == file.sha256 { return path }
        }
        for folder in folders {
            // A folder that is not there has no pictures.
            for name in (try? PhotoSet.names(in: folder)) ?? []
            where hash("\(folder)/\(name)") == file.sha256 {
                return "\(folder)/\(name)"
            }
        }
        throw CommandError(
            "\(file.name): expected the picture of SHA-256 \(file.sha256.prefix(12))..., found none "
                + "in \(folders.joined(separator: ", ")); say where it is with --inputs FOLDER",
            code: Failure.badInput)
    }

    private func hash(_ path: String) -> String? {
        guard let file = try? InputFile(path), file.size <= ImageLimits().bytes,
            let bytes = try? file.bytes(at: 0, count: file.size)
        else { return nil }
        return SHA256.hex(bytes)
    }
}
