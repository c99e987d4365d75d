import ArgumentParser
import Diffusion
import Foundation
import Layers
import Torch

/// The models whose networks are timed.
enum BenchModel: String, CaseIterable, ExpressibleByArgument {
    case sd15, sdxl, miniature

    /// Pixels of a side, when none are given.
    var side: Int {
        switch self {
        case .sd15: 512
        case .sdxl: 1024
        case .miniature: 128
        }
    }

    /// A part's configuration: the published one, or that of the shipped models.
    func configuration(_ part: String) throws -> ConfigurationFile {
        let published: PublishedModel
        switch self {
        case .sd15: published = .sd15
        case .sdxl: published = .sdxl
        case .miniature:
            return try ConfigurationFile(
                "\(ShippedModel.folder("miniature"))/\(part)/config.json")
        }
        guard let text = published.components().first(where: { $0.name == part })?.configuration
        else {
            throw CommandError("\(rawValue) has no \(part)", code: Failure.badInput)
        }
        return try ConfigurationFile(bytes: Array(text.utf8), from: "\(part)/config.json")
    }

    /// Pixels for a latent.
    func factor() throws -> Int {
        let blocks = try AutoencoderKLConfiguration(configuration("vae")).blockOutChannels.count
        return 1 << (blocks - 1)
    }
}

/// Sizes of what is timed.
struct BenchSize: ParsableArguments {
    @Option(help: "Whose network: sd15, sdxl or miniature; random weights.")
    var like: BenchModel = .sd15

    @Option(help: "Pixels of a side; the model's own if left out.")
    var size: Int?

    @Flag(help: "Twice as wide: a canvas of two pictures side by side, as in IC-Portrait.")
    var canvas = false

    /// Height and width.
    var pixels: [Int] {
        let side = size ?? like.side
        return [side, canvas ? 2 * side : side]
    }

    /// `[B, channels, H, W]`, the latents of such pictures.
    func latents(_ batch: Int, channels: Int) throws -> [Int] {
        let factor = try like.factor()
        return [batch, channels] + pixels.map { $0 / factor }
    }
}

/// A UNet of a published size with all that one denoising step takes.
struct UNetStep {
    private let model: BenchModel
    private let draw: BenchDraw
    private let configuration: UNet2DConditionConfiguration
    private let unet: UNet2DCondition

    init(_ model: BenchModel, _ draw: BenchDraw) throws {
        (self.model, self.draw) = (model, draw)
        configuration = try UNet2DConditionConfiguration(model.configuration("unet"))
        unet = UNet2DCondition(draw.store.root, configuration)
    }

    /// The step of so many pictures of a size, height and width, ready to run.
    func callAsFunction(_ batch: Int, pixels: [Int]) throws -> () throws -> Tensor {
        let factor = try model.factor()
        let sample = try draw.noise(
            [batch, configuration.inChannels] + pixels.map { $0 / factor })
        let context = try draw.noise([batch, 77, configuration.crossAttentionDim])
        var added: AddedConditions?
        if model == .sdxl {
            let ids = try Tensor([1024, 1024, 0, 0, 1024, 1024].map(Float.init), shape: [1, 6])
            added = AddedConditions(
                textEmbeds: try draw.noise([batch, 1280]),
                timeIds: try ids.tiled([batch, 1]).to(draw.dtype).to(draw.device))
        }
        let timestep = try Tensor([Float(500)], device: draw.device)
        return { [unet] in
            try unet(sample, timestep: timestep, context: context, added: added)
        }
    }
}

/// `likeness bench unet`.
struct BenchUNet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unet", abstract: "One denoising step.")

    @OptionGroup var size: BenchSize
    @OptionGroup var options: NetworkBenchOptions

    func run() throws {
        try NetworkBench.run(
            "unet", like: size.like.rawValue, size: size.pixels, options, reuses: true
        ) { draw in
            try UNetStep(size.like, draw)(options.batch, pixels: size.pixels)
        }
    }
}

/// `likeness bench vae`.
struct BenchVAE: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vae", abstract: "Latents to a picture, or a picture to latents.")

    @Flag(help: "Encode instead of decoding.")
    var encode = false

    @OptionGroup var size: BenchSize
    @OptionGroup var options: NetworkBenchOptions

    func run() throws {
        let name = encode ? "vae encoder" : "vae decoder"
        try NetworkBench.run(name, like: size.like.rawValue, size: size.pixels, options) { draw in
            let configuration = try AutoencoderKLConfiguration(size.like.configuration("vae"))
            let vae = AutoencoderKL(draw.store.root, configuration)
            if encode {
                let picture = try draw.noise(
                    [options.batch, configuration.inChannels] + size.pixels)
                return { try vae.encode(picture).mean }
            }
            let latents = try draw.noise(
                size.latents(options.batch, channels: configuration.latentChannels))
            return { try vae.decode(latents) }
        }
    }
}

/// `likeness bench controlnet`.
struct BenchControlNet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "controlnet", abstract: "One step of a ControlNet for SD1.5.")

    @Option(help: "Pixels of a side.")
    var size = 512

    @OptionGroup var options: NetworkBenchOptions

    func run() throws {
        try NetworkBench.run(
            "controlnet", like: "sd15", size: [size, size], options, reuses: true
        ) { draw in
            let text = PublishedModel.sd15ControlNet.components().first?.configuration ?? "{}"
            let file = try ConfigurationFile(bytes: Array(text.utf8), from: "config.json")
            let net = ControlNet(draw.store.root, try ControlNetConfiguration(file))
            let sample = try draw.noise([options.batch, 4, size / 8, size / 8])
            let context = try draw.noise([options.batch, 77, 768])
            let condition = try draw.noise([options.batch, 3, size, size])
            let timestep = try Tensor([Float(500)], device: draw.device)
            return {
                try net(sample, timestep: timestep, context: context, condition: condition).mid
            }
        }
    }
}
