import Diffusion
import Foundation
import Images

/// What a made picture says of itself. No path of this machine is in it, only names.
struct ImageRecord: Encodable {
    let program: String
    let model: String
    let prompt: String
    let negativePrompt: String?
    /// Whether prompts were taken as they stand.
    let plainPrompt: Bool
    let clipSkip: Int
    let steps: Int
    let scheduler: String
    /// Spread of its noise levels, where it can be chosen, and of its timesteps.
    let sigmas, spacing: String?
    let cfgScale: Double
    let guidanceRescale: Double
    let seed: UInt64
    /// Whose random numbers.
    let rng: String
    let width: Int
    let height: Int
    let batch: Int
    let strength: Double?
    let controls: [String]
    let imagePrompts: [String]
    /// Files of adapters and their strengths.
    let adapters: [String: Double]
    /// Another UNet and another autoencoder than the model's; files of taught words.
    let unet, vae: String?
    let embeddings: [String]
    let eta: Double
    let dtype: String
    /// The sampler as A1111 calls it.
    private let sampler: String

    private enum CodingKeys: String, CodingKey {
        case program, model, prompt, negativePrompt, plainPrompt, clipSkip, steps, scheduler, sigmas
        case spacing, cfgScale, guidanceRescale, seed, rng, width, height, batch, strength, controls
        case imagePrompts, adapters, unet, vae, embeddings, eta, dtype
    }

    init(
        _ command: MakeImage, _ request: ImageRequest, _ model: StableDiffusion, _ images: [Image]
    ) {
        program = Version.text
        self.model = ImageRecord.name(command.model)
        prompt = request.prompt
        negativePrompt = request.negativePrompt
        (plainPrompt, clipSkip) = (request.reading.isPlain, request.reading.clipSkip)
        steps = request.steps
        scheduler =
            (request.scheduler ?? SchedulerKind(className: model.scheduler.className))?.rawValue
            ?? model.scheduler.className
        let kind = request.scheduler ?? SchedulerKind(className: model.scheduler.className)
        sigmas =
            kind?.spreadsSigmas == true
            ? (request.sigmas ?? model.scheduler.spread).rawValue : nil
        spacing = (request.spacing ?? model.scheduler.timestepSpacing)?.rawValue
        sampler = kind?.displayName ?? scheduler
        cfgScale = request.guidanceScale
        guidanceRescale = request.guidanceRescale
        seed = request.seed
        rng = request.noise.rawValue
        width = images.first?.width ?? 0
        height = images.first?.height ?? 0
        batch = request.batch
        strength = request.image == nil ? nil : request.strength ?? (request.mask == nil ? 0.8 : 1)
        func source(_ text: String) -> String {
            ImageRecord.name(String(text.split(separator: "=").first ?? ""))
        }
        controls = command.control.map(source)
        imagePrompts = command.ipAdapter.map(source)
        adapters = Dictionary(
            command.lora.enumerated().map { index, path in
                (
                    ImageRecord.name(path),
                    index < command.loraScale.count ? command.loraScale[index] : 1
                )
            }, uniquingKeysWith: +)
        unet = command.unet.map(ImageRecord.name)
        vae = command.vae.map(ImageRecord.name)
        embeddings = command.embedding.map(source)
        eta = request.eta
        dtype = command.computeType.rawValue
    }

    private static func name(_ path: String) -> String {
        URL(fileURLWithPath: path).lastPathComponent
    }

    /// A1111's `parameters`, which many tools read, and our own JSON.
    func metadata() throws -> TextMetadata {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return TextMetadata(
            [
                .init(TextMetadata.parametersKeyword, parameters),
                .init(
                    TextMetadata.likenessKeyword,
                    String(decoding: try encoder.encode(self), as: UTF8.self)),
            ])
    }

    private var parameters: String {
        var lines = [prompt]
        if let negativePrompt, !negativePrompt.isEmpty {
            lines.append("Negative prompt: \(negativePrompt)")
        }
        var fields = [
            "Steps: \(steps)", "Sampler: \(sampler)",
        ]
        switch sigmas.flatMap(SigmaSpread.init) {
        case .karras: fields.append("Schedule type: Karras")
        case .exponential: fields.append("Schedule type: Exponential")
        case .alignYourSteps: fields.append("Schedule type: Align Your Steps")
        default: break
        }
        fields += [
            "CFG scale: \(String(format: "%g", cfgScale))", "Seed: \(seed)",
            "Size: \(width)x\(height)", "Model: \(model)",
        ]
        if let strength {
            fields.append("Denoising strength: \(String(format: "%g", strength))")
        }
        if clipSkip > 1 { fields.append("Clip skip: \(clipSkip)") }
        // As the web UI says it: its own numbers need no word, those of a CPU do.
        if rng == NoiseKind.torch.rawValue { fields.append("RNG: CPU") }
        fields.append("Version: \(program)")
        lines.append(fields.joined(separator: ", "))
        return lines.joined(separator: "\n")
    }
}
