import Checkpoints
import Diffusion
import Foundation
import Torch
import Training

extension MiniatureRun {
    /// Takes up the models of a bundle: every stage that this run has not begun stands where the
    /// bundle's was, done if the settings ask for as many steps, to be trained further if for more.
    ///
    /// Weights alone are taken: optimizers start anew, with a warm-up, and so do parameters that only
    /// training needs (a recogniser's classes, CLIP's traits).
    ///
    /// - Parameter bundle: a folder that ``MiniatureStage/bundle`` wrote.
    /// - Throws: ``MiniatureError`` for another folder; `CheckpointError` for damaged files.
    public func takeUp(_ bundle: String) throws {
        let record = try BundleRecord(bundle: bundle)
        try takeUpVocabulary(bundle)
        var taken: Set<MiniatureStage> = []
        for stage in MiniatureStage.allCases {
            let places = MiniatureBundle.places.filter { $0.stage == stage }
            guard let known = record.stages[stage.rawValue], !places.isEmpty, !isTrained(stage)
            else {
                continue
            }
            if let own = Self.grounds[stage, default: []].first(where: { !taken.contains($0) }) {
                reporting.remark(
                    "\(stage.rawValue) is not taken up: it rests on another \(own.rawValue)")
                continue
            }
            taken.insert(stage)
            var weights: [String: Tensor] = [:]
            for place in places {
                let start = place.prefix.isEmpty ? "" : place.prefix + "."
                let file = "\(bundle)/\(place.folder)/\(place.weightsName)"
                for (name, tensor) in try openCheckpoint(file).tensors() {
                    weights[start + name] =
                        try tensor.dtype == .float16
                        ? tensor.to(.float32) : tensor
                }
            }
            let folder = "\(path)/\(stage.rawValue)"
            try CheckpointFolder("\(folder)/checkpoints").save(
                step: known.steps, configuration: "", files: ["model.safetensors": weights])
            _ = try MetricsLog("\(folder)/metrics.jsonl", upTo: 0)
                .append(.init(step: known.steps, values: known.figures))
            try takeUpSettings(stage, bundle)
            reporting.remark("\(stage.rawValue) stands at step \(known.steps), from \(bundle)")
        }
    }

    /// What the stage was trained with, and, of a net that is a copy, of which weights.
    private func takeUpSettings(_ stage: MiniatureStage, _ bundle: String) throws {
        let path = "\(bundle)/settings/\(stage.rawValue).json"
        var settings: JSONValue = [:]
        if FileManager.default.fileExists(atPath: path) {
            let file = try InputFile(path)
            settings = try JSONValue(file.bytes(at: 0, count: file.size))
        }
        if [.matching, .appearance].contains(stage) {
            let origin = try stage == .matching ? matchingOrigin() : appearanceOrigin()
            settings = settings.with(["copy_of": .string(origin)])
        }
        try AtomicFile.write(
            Array((settings.text + "\n").utf8), to: "\(self.path)/\(stage.rawValue)/config.json")
    }

    /// The stages whose very weights another was trained on.
    private static let grounds: [MiniatureStage: [MiniatureStage]] = [
        .base: [.autoencoder, .clip], .matching: [.base], .appearance: [.base, .matching],
    ]

    /// The tokenizer and the scale of latents, which other weights rest on.
    private func takeUpVocabulary(_ bundle: String) throws {
        let manager = FileManager.default
        if !manager.fileExists(atPath: tokenizerFolder) {
            try AtomicFolder.write(to: tokenizerFolder) { folder in
                for name in try manager.contentsOfDirectory(atPath: "\(bundle)/tokenizer") {
                    let file = try InputFile("\(bundle)/tokenizer/\(name)")
                    try AtomicFile.write(
                        file.bytes(at: 0, count: file.size), to: "\(folder)/\(name)")
                }
            }
        }
        guard !isTrained(.autoencoder),
            manager.fileExists(atPath: "\(bundle)/vae/config.json")
        else { return }
        let file = try InputFile("\(bundle)/vae/config.json")
        let configuration = try JSONValue(file.bytes(at: 0, count: file.size))
        guard case .number(let scale)? = configuration["scaling_factor"] else { return }
        try AtomicFile.write(Array("\(scale)\n".utf8), to: scalePath)
    }
}
