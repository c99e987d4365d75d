import Checkpoints
import Diffusion
import Faces
import Foundation
import Layers
import Torch
import Training
import World

/// Makes the miniature models from nothing, in one folder, and goes on wherever it was stopped.
public final class MiniatureRun {
    /// What a run tells while it works.
    public struct Reporting {
        /// A stage of training is this far.
        public var training: (MiniatureStage, TrainingProgress) -> Void = { _, _ in }
        /// Another stage is this far, of so much.
        public var counting: (MiniatureStage, Int, Int) -> Void = { _, _, _ in }
        /// A sentence that a user should know.
        public var remark: (String) -> Void = { _ in }
        /// Whether to stop at the next good moment.
        public var shouldStop: () -> Bool = { false }

        /// Tells nobody.
        public init() {}
    }

    /// The run's folder.
    public let path: String
    /// What the models follow from.
    public let settings: MiniatureSettings
    /// Where networks train.
    public let device: Device
    let reporting: Reporting

    /// A run in a folder, which is made.
    ///
    /// - Parameters:
    ///   - path: the folder.
    ///   - settings: what the models follow from.
    ///   - device: where networks train.
    ///   - reporting: who is told.
    /// - Throws: ``MiniatureError`` if the folder cannot be made.
    public init(
        _ path: String, _ settings: MiniatureSettings, device: Device = .cpu,
        reporting: Reporting = .init()
    ) throws {
        (self.path, self.settings) = (path, settings)
        (self.device, self.reporting) = (device, reporting)
        do {
            for folder in ["world", "cache"] {
                try FileManager.default.createDirectory(
                    atPath: "\(path)/\(folder)", withIntermediateDirectories: true)
            }
        } catch {
            throw MiniatureError("\(path): could not make it: \(error.localizedDescription).")
        }
    }

    /// Works through a stage; one that is done costs nothing.
    ///
    /// - Returns: whether it is complete; false after a stop.
    public func run(_ stage: MiniatureStage) throws -> Bool {
        do {
            switch stage {
            case .world: return try makeWorld()
            case .groups: return try makeGroups()
            case .vocabulary: return try learnVocabulary()
            case .recogniserA:
                return try trainRecogniser(stage, settings.sizes.recogniserA, settings.recogniserA)
            case .recogniserB:
                return try trainRecogniser(stage, settings.sizes.recogniserB, settings.recogniserB)
            case .autoencoder: return try trainAutoencoder()
            case .clip: return try trainClip()
            case .detector: return try trainDetector()
            case .latents: return try encode()
            case .base: return try trainBase()
            case .flows: return try makeFlows()
            case .standIns: return try makeStandIns()
            case .matching: return try trainMatching()
            case .appearance: return try trainAppearance()
            case .bundle: return try writeBundle()
            }
        } catch is CancellationError {
            return false
        }
    }

    // Where things are.

    package func trainData() throws -> PortraitData {
        try PortraitData(cached("train", by: .world))
    }

    func groupData() throws -> GroupData { try GroupData(cached("groups", by: .groups)) }

    func latentData() throws -> LatentData { try LatentData(cached("latents", by: .latents)) }

    /// A file that an earlier stage makes.
    ///
    /// - Throws: ``MiniatureError`` naming the stage if the file is not there.
    func cached(_ name: String, by stage: MiniatureStage) throws -> String {
        let file = "\(path)/cache/\(name).safetensors"
        guard FileManager.default.fileExists(atPath: file) else {
            throw MiniatureError(
                "\(file): expected what an earlier stage makes, found nothing; run `likeness train "
                    + "miniature --stage \(stage.rawValue)` first, or all stages in order without "
                    + "--stage.")
        }
        return file
    }

    var tokenizerFolder: String { "\(path)/tokenizer" }
    var latentsPath: String { "\(path)/cache/latents.safetensors" }
    func tokenizer() throws -> CLIPTokenizer { try CLIPTokenizer(folder: tokenizerFolder) }

    /// Whether a stage has trained weights, finished or not.
    func isTrained(_ stage: MiniatureStage) -> Bool {
        !CheckpointFolder(reading: "\(path)/\(stage.rawValue)/checkpoints").steps.isEmpty
    }

    /// The weights of a stage's newest checkpoint, finished or not, the averaged ones if there are
    /// any, below a prefix.
    ///
    /// - Throws: ``MiniatureError`` if there is none.
    func weights(_ stage: MiniatureStage, under prefix: String = "") throws -> [String: Tensor] {
        try weights(
            in: "\(path)/\(stage.rawValue)",
            named: "`likeness train miniature --stage \(stage.rawValue)`", under: prefix)
    }

    /// The same of any run folder.
    func weights(in folder: String, named maker: String, under prefix: String = "") throws
        -> [String: Tensor]
    {
        guard let found = CheckpointFolder(reading: "\(folder)/checkpoints").latest() else {
            throw MiniatureError(
                "\(folder): expected a trained model, found none; run \(maker) first.")
        }
        let averaged = found.state.files["average.safetensors"] != nil
        let file = "\(found.path)/\(averaged ? "average" : "model").safetensors"
        let start = prefix.isEmpty ? "" : prefix + "."
        let tensors = try openCheckpoint(file).tensors().filter { $0.key.hasPrefix(start) }
        return Dictionary(
            tensors.map { (String($0.key.dropFirst(start.count)), $0.value) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Trains a task in the stage's run folder.
    func train<Task: TrainingTask>(
        _ stage: MiniatureStage, _ settings: TrainingSettings, copying origin: String? = nil,
        _ task: () throws -> Task
    ) throws -> Bool {
        try train(
            in: "\(path)/\(stage.rawValue)", configuration(stage), settings, copying: origin,
            progress: { reporting.training(stage, $0) }, task)
    }

    /// Trains a task in a run folder; one that is complete costs nothing.
    ///
    /// - Parameters:
    ///   - folder: the run's.
    ///   - configuration: what it follows from.
    ///   - settings: how long, how fast.
    ///   - origin: the hash of the weights that it starts as a copy of; a run that started from
    ///     others is put aside.
    ///   - progress: called after each logged step.
    ///   - task: what is trained.
    /// - Returns: whether it is complete; false after a stop.
    /// - Throws: ``MiniatureError`` for a run that went further; what the task throws.
    func train<Task: TrainingTask>(
        in folder: String, _ configuration: JSONValue, _ settings: TrainingSettings,
        copying origin: String? = nil, progress: (TrainingProgress) -> Void,
        _ task: () throws -> Task
    ) throws -> Bool {
        var configuration = configuration
        if let origin {
            configuration = configuration.with(["copy_of": .string(origin)])
            try putAside(folder, unlessCopyOf: origin)
        }
        let checkpoints = CheckpointFolder(reading: "\(folder)/checkpoints")
        if checkpoints.steps.last == settings.steps,
            (try? checkpoints.verified(settings.steps)) != nil
        {
            return true
        }
        if let last = checkpoints.steps.last, last > settings.steps {
            throw MiniatureError(
                "\(folder): expected a run of \(settings.steps) steps or fewer, found one of "
                    + "\(last); ask for as many, or move it away.")
        }
        let run = try RunFolder(
            folder, configuration: Array((configuration.text + "\n").utf8), resume: true,
            keep: settings.keep)
        let trainer = try Trainer(
            task(), settings, in: run, device: device, remark: reporting.remark)
        return try trainer.run(progress: progress, shouldStop: reporting.shouldStop)
    }

    /// Moves a run away that started from other weights.
    private func putAside(_ folder: String, unlessCopyOf origin: String) throws {
        let path = "\(folder)/config.json"
        guard FileManager.default.fileExists(atPath: path) else { return }
        let file = try InputFile(path)
        let known = try JSONValue(file.bytes(at: 0, count: file.size))["copy_of"]
        guard known != .string(origin) else { return }
        var number = 1
        while FileManager.default.fileExists(atPath: "\(folder)-\(number)") { number += 1 }
        try FileManager.default.moveItem(atPath: folder, toPath: "\(folder)-\(number)")
        reporting.remark(
            "\(folder) was copied from other weights; it is in \(folder)-\(number) now")
    }

    /// The settings that a run's stages were trained with, where they were; the others' defaults.
    ///
    /// - Parameter path: the run's folder.
    /// - Returns: settings for studies of the run.
    /// - Throws: `TrainingError`, `CheckpointError` for a damaged configuration.
    public static func settings(in path: String) throws -> MiniatureSettings {
        var all = try MiniatureSettings().json()
        for stage in MiniatureStage.allCases {
            let place = "\(path)/\(stage.rawValue)/config.json"
            guard FileManager.default.fileExists(atPath: place) else { continue }
            let file = try InputFile(place)
            let said = try JSONValue(file.bytes(at: 0, count: file.size))
            for (key, name) in [
                (key(of: stage), "settings"), ("sizes", "sizes"), ("world", "world"),
                ("portrait", "portrait"),
            ] {
                if let value = said[name] { all = all.with([key: value]) }
            }
        }
        return try MiniatureSettings(json: Array(all.text.utf8), from: "\(path)/*/config.json")
    }

    /// A stage's name among settings.
    private static func key(of stage: MiniatureStage) -> String {
        stage.rawValue.split(separator: "-").joined(separator: "_")
    }

    /// The settings that a stage follows from.
    private func configuration(_ stage: MiniatureStage) throws -> JSONValue {
        let all = try settings.json()
        let own = Self.key(of: stage)
        var members: [String: JSONValue] = [
            "stage": .string(stage.rawValue), "sizes": all["sizes"] ?? nil,
            "world": all["world"] ?? nil, "settings": all[own] ?? nil,
        ]
        if [.matching, .appearance].contains(stage) { members["portrait"] = all["portrait"] }
        return .object(members)
    }
}
