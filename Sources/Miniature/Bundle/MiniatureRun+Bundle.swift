import Checkpoints
import Diffusion
import Foundation
import Torch

extension MiniatureRun {
    /// Writes everything that is trained as one folder; says what is not trained yet.
    func writeBundle() throws -> Bool {
        let tokenizer = try tokenizer()
        let parts = try self.parts(vocabulary: tokenizer.count)
        guard !parts.isEmpty else {
            throw MiniatureError(
                "\(path): expected trained models, found none; run `likeness train miniature`.")
        }
        let record = BundleRecord(of: self)
        var files = [
            "model_index.json": modelIndex(parts.map(\.folder)).text + "\n",
            "scheduler/scheduler_config.json": settings.sizes.schedulerFile().text + "\n",
            "README.md": try modelCard(parts, record), BundleRecord.name: try record.text(),
        ]
        for stage in record.stages.keys {
            let configuration = "\(path)/\(stage)/config.json"
            guard FileManager.default.fileExists(atPath: configuration) else { continue }
            files["settings/\(stage).json"] = try String(
                contentsOfFile: configuration, encoding: .utf8)
        }
        if isTrained(.appearance) {
            files["ic_portrait/settings.json"] = try settings.portrait.json().text + "\n"
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: tokenizerFolder)
        where !name.hasPrefix(".") {
            files["tokenizer/\(name)"] = try String(
                contentsOfFile: "\(tokenizerFolder)/\(name)", encoding: .utf8)
        }
        try MiniatureBundle.write(
            to: settings.bundle, parts: parts, files: files, dtype: .float16)
        return true
    }

    /// The networks of all stages that have trained, and a word on those that have not.
    private func parts(vocabulary: Int) throws -> [MiniatureBundle.Part] {
        let sizes = settings.sizes
        // Measured when pictures are encoded; until then latents are as they come.
        let isMeasured = FileManager.default.fileExists(atPath: scalePath)
        let scale = try isMeasured ? measuredScale() : 1
        if !isMeasured { reporting.remark("vae: its scaling factor is not measured yet, so 1.") }
        let configurations: [String: String] = [
            "vae": sizes.autoencoderFile(scale: scale).text + "\n",
            "unet": sizes.unetFile().text + "\n",
            "text_encoder": sizes.textFile(vocabulary: vocabulary).text + "\n",
            "image_encoder": sizes.visionFile().text + "\n",
            "recogniser_a": sizes.recogniserA.text, "recogniser_b": sizes.recogniserB.text,
            "detector": sizes.detector.text,
        ]
        return try MiniatureBundle.places.compactMap { place in
            guard isTrained(place.stage) else {
                reporting.remark(
                    "\(place.folder) is left out: \(place.stage.rawValue) is not trained yet.")
                return nil
            }
            return .init(
                folder: place.folder,
                configuration: configurations[place.folder]
                    ?? sizes.latentControlNetFile().text + "\n",
                weightsName: place.weightsName,
                weights: try weights(place.stage, under: place.prefix))
        }
    }

    private func modelIndex(_ folders: [String]) -> JSONValue {
        let components: [String: JSONValue] = [
            "image_encoder": ["open_clip", "ModifiedResNet"],
            "text_encoder": ["transformers", "CLIPTextModelWithProjection"],
            "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"],
        ]
        let fixed: JSONValue = [
            "_class_name": "StableDiffusionPipeline", "feature_extractor": [nil, nil],
            "requires_safety_checker": false, "safety_checker": [nil, nil],
            "scheduler": ["diffusers", "DDIMScheduler"],
            "tokenizer": ["transformers", "CLIPTokenizer"],
        ]
        return fixed.with(components.filter { folders.contains($0.key) })
    }

    /// What a reader must know of the models: data, seeds, steps, quality, limits.
    private func modelCard(_ parts: [MiniatureBundle.Part], _ record: BundleRecord) throws -> String
    {
        let rows = record.stages.sorted { $0.key < $1.key }.map { stage, known in
            let figures = known.figures.sorted { $0.key < $1.key }
                .map { "\($0.key.dropFirst(8)) \(String(format: "%.4g", $0.value))" }
            return "| \(stage) | \(known.steps) | \(figures.joined(separator: ", ")) |"
        }
        let sizes = parts.map { part in
            "| \(part.folder) | \(part.weights.values.reduce(0) { $0 + $1.count }) |"
        }
        let world = settings.world
        return """
            # The miniature models

            Small models of Likeness' synthetic world, made from nothing by \
            `likeness train miniature`. They know rendered heads of \(settings.sizes.side) pixels \
            and nothing else: no real person's picture was used, and photographs lie outside of \
            what they have seen.

            Data: \(world.identities) people, \(world.views) pictures each, world seed \
            \(world.seed); measured on \(world.heldOutIdentities) other people of world seed \
            \(world.seed + 1). The settings of every stage are in settings/.

            | stage | steps | on people never trained on |
            |---|---|---|
            \(rows.joined(separator: "\n"))

            | part | parameters |
            |---|---|
            \(sizes.joined(separator: "\n"))

            Recogniser A conditions and trains; recogniser B only ever scores. Weights are float16.

            """
    }
}
