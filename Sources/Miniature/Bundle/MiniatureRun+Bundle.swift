import Checkpoints
import Diffusion
import Foundation
import Torch
import Training

extension MiniatureRun {
    /// Writes everything that is trained as one folder.
    func writeBundle() throws -> Bool {
        let sizes = settings.sizes
        let scale = try measuredScale()
        let tokenizer = try tokenizer()
        let text = try weights(.clip, under: "text")
        let parts: [MiniatureBundle.Part] = [
            .init(
                folder: "vae", configuration: sizes.autoencoderFile(scale: scale).text + "\n",
                weightsName: "diffusion_pytorch_model.safetensors",
                weights: try weights(.autoencoder)),
            .init(
                folder: "unet", configuration: sizes.unetFile().text + "\n",
                weightsName: "diffusion_pytorch_model.safetensors", weights: try weights(.base)),
            .init(
                folder: "text_encoder",
                configuration: sizes.textFile(vocabulary: tokenizer.count).text + "\n",
                weightsName: "model.safetensors", weights: text),
            .init(
                folder: "image_encoder", configuration: sizes.visionFile().text + "\n",
                weightsName: "model.safetensors", weights: try weights(.clip, under: "vision")),
            .init(
                folder: "recogniser_a", configuration: sizes.recogniserA.text,
                weightsName: "model.safetensors",
                weights: try weights(.recogniserA, under: "backbone")),
            .init(
                folder: "recogniser_b", configuration: sizes.recogniserB.text,
                weightsName: "model.safetensors",
                weights: try weights(.recogniserB, under: "backbone")),
            .init(
                folder: "detector", configuration: sizes.detector.text,
                weightsName: "model.safetensors", weights: try weights(.detector)),
        ]
        var files = [
            "model_index.json": modelIndex.text + "\n",
            "scheduler/scheduler_config.json": sizes.schedulerFile().text + "\n",
            "README.md": try modelCard(parts),
        ]
        for name in try FileManager.default.contentsOfDirectory(atPath: tokenizerFolder)
        where !name.hasPrefix(".") {
            files["tokenizer/\(name)"] = try String(
                contentsOfFile: "\(tokenizerFolder)/\(name)", encoding: .utf8)
        }
        try MiniatureBundle.write(
            to: settings.bundle, parts: parts, files: files, dtype: .float16)
        return true
    }

    private var modelIndex: JSONValue {
        [
            "_class_name": "StableDiffusionPipeline", "feature_extractor": [nil, nil],
            "image_encoder": ["transformers", "CLIPVisionModelWithProjection"],
            "requires_safety_checker": false, "safety_checker": [nil, nil],
            "scheduler": ["diffusers", "DDIMScheduler"],
            "text_encoder": ["transformers", "CLIPTextModelWithProjection"],
            "tokenizer": ["transformers", "CLIPTokenizer"],
            "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"],
        ]
    }

    /// What a reader must know of the models: data, seeds, steps, quality, limits.
    private func modelCard(_ parts: [MiniatureBundle.Part]) throws -> String {
        let stages: [MiniatureStage] = [
            .recogniserA, .recogniserB, .autoencoder, .clip, .detector, .base,
        ]
        let rows = stages.map { stage in
            let lines = MetricsLog.read("\(path)/\(stage.rawValue)/metrics.jsonl")
            let figures = lines.reduce(into: [String: Double]()) {
                $0.merge($1.values) { _, new in new }
            }
            let heldOut = figures.filter { $0.key.hasPrefix("heldout") }.sorted { $0.key < $1.key }
                .map { "\($0.key.dropFirst(8)) \(String(format: "%.4g", $0.value))" }
            return "| \(stage.rawValue) | \(lines.last?.step ?? 0) | "
                + "\(heldOut.joined(separator: ", ")) |"
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
            \(world.seed + 1). The settings of every stage are in its run's config.json.

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
