import Checkpoints
import Diffusion
import Images
import Layers
import Torch
import Training

/// What the autoencoder's loss weighs.
public struct AutoencoderLossSettings: Settings {
    /// Absolute difference of pixels in -1...1.
    public var pixels = 1.0
    /// Absolute difference of red, green and blue to one another. Most of what varies is lightness;
    /// without this term a small network learns it alone and stays at grey pictures for long.
    public var colours = 2.0
    /// Absolute difference of pixels' differences to their neighbours, at three sizes: what keeps
    /// edges sharp where squared error would blur them.
    public var gradients = 0.5
    /// Pull of the latents towards a standard normal.
    public var kl = 1e-6
    /// Pull of the latents towards the principal components of 4 x 4 pixels at first, so that all of
    /// them are found at once; it ends by ``componentSteps``.
    public var components = 1.0
    /// Steps until that pull has faded.
    public var componentSteps = 1500
    /// Side of the squares that are cut from pictures at first; 0 takes them whole. Small ones make
    /// steps cheap while the network still learns what a colour and an edge are.
    public var crop = 32
    /// Side of the squares at the end: norms must also learn the statistics of larger pictures.
    public var lateCrop = 64
    /// The share of steps that see the large squares.
    public var lateShare = 0.35
    /// Weight of the squared error of pixels at the end: few large errors then count as they do in
    /// PSNR.
    public var lateSquares = 20.0

    /// As the miniature autoencoder is trained.
    public init() {}

    enum CodingKeys: String, CodingKey {
        case pixels, colours, gradients, kl, crop, components
        case componentSteps = "component_steps"
        case lateCrop = "late_crop"
        case lateShare = "late_share"
        case lateSquares = "late_squares"
    }
}

/// Trains an `AutoencoderKL` on pictures. Rombach et al. 2022, without the adversary.
public final class AutoencoderTask: TrainingTask {
    /// All parameters.
    public let store: ParameterStore
    /// What a step learns from.
    public let batches: any BatchSource<PictureBatch>
    let network: AutoencoderKL
    private let losses: AutoencoderLossSettings
    private let lateFrom: Int
    private let heldOut: PortraitData?
    /// What latents start from; nil if they are left alone.
    private let components: PatchComponents?

    /// A network with these parameters, on these pictures.
    ///
    /// - Parameters:
    ///   - network: the autoencoder.
    ///   - store: its parameters.
    ///   - data: pictures to learn from.
    ///   - heldOut: pictures of other people, for figures and samples.
    ///   - losses: their weights.
    ///   - settings: the run's.
    /// - Throws: `TorchError`.
    public init(
        _ network: AutoencoderKL, _ store: ParameterStore, data: PortraitData,
        heldOut: PortraitData?, losses: AutoencoderLossSettings, settings: TrainingSettings
    ) throws {
        (self.network, self.store, self.losses, self.heldOut) = (network, store, losses, heldOut)
        lateFrom = Int(Double(settings.steps) * (1 - losses.lateShare))
        batches = ShuffledPictures(data, batchSize: settings.batchSize, seed: settings.seed)
        let configuration = network.configuration
        let count = min(data.count, 128)
        let some = PictureBatch(data, (0..<count).map { $0 * (data.count / count) })
        components =
            losses.components > 0
            ? try PatchComponents(
                some.tensor(on: .cpu), count: configuration.latentChannels,
                patch: configuration.downFactor) : nil
    }

    /// Starts a new network so that it need not find the latents one by one.
    ///
    /// Latents are almost noiseless: at a deviation of 1, as drawn, noise would hide all but the
    /// strongest. The first filters answer to colour as strongly as to lightness, which varies four
    /// times as much in the world's pictures: as drawn, reconstructions were grey for 1,400 steps
    /// and more.
    ///
    /// - Parameter store: parameters of a new `AutoencoderKL`.
    /// - Throws: ``MiniatureError`` for another network; `TorchError`.
    static func start(_ store: ParameterStore) throws {
        guard let bias = store["quant_conv.bias"], let weight = store["quant_conv.weight"],
            let first = store["encoder.conv_in.weight"]
        else {
            throw MiniatureError("expected an autoencoder with a quant_conv, found none.")
        }
        let channels = bias.shape[0] / 2  // means, then logarithms of variances
        try noGrad {
            try bias[channels...].fill(-6)
            let rows = try weight[channels...]
            try rows.copy(from: rows * 0.1)
            let grey = try first.mean([1], keepDims: true)
            try first.copy(from: grey + (first - grey) * 4)
        }
    }

    /// The loss of one batch; see the task.
    public func losses(_ batch: PictureBatch, _ step: TrainingStep) throws -> LossTerms {
        let x = try cut(batch.tensor(on: step.device), step)
        let latents = try network.encode(x)
        let y = try network.decode(latents.sample(step.generator("latents")))
        var terms = LossTerms()
        try terms.add("pixels", (y - x).abs().mean(), weight: losses.pixels)
        try terms.add("colours", colourDifference(y - x), weight: losses.colours)
        try terms.add("gradients", gradientDifference(y, x), weight: losses.gradients)
        if step.number >= lateFrom, losses.lateSquares > 0 {
            try terms.add("squares", (y - x).square().mean(), weight: losses.lateSquares)
        }
        let divergence = try (latents.mean.square() + latents.logvar.exp() - 1 - latents.logvar)
        try terms.add("kl", divergence.sum([1, 2, 3]).mean() * 0.5, weight: losses.kl)
        if let components, step.number < losses.componentSteps {
            let left = 1 - Double(step.number) / Double(losses.componentSteps)
            let target = try noGrad { try components(x) }
            try terms.add(
                "components", (latents.mean - target).square().mean(),
                weight: losses.components * left)
        }
        terms.report("psnr", try psnr(y, x))
        return terms
    }

    /// Squares of the pictures, one place for the whole batch, mirrored half of the time.
    private func cut(_ x: Tensor, _ step: TrainingStep) throws -> Tensor {
        let side = x.shape[3]
        let crop = step.number < lateFrom ? losses.crop : losses.lateCrop
        guard crop > 0, crop < side else { return x }
        var random = step.random("crop")
        let left = random.below(side - crop + 1)
        let top = random.below(side - crop + 1)
        let square = try x[.all, .all, top..<top + crop, left..<left + crop]
        return try random.below(2) == 0 ? square : square.flipped([3])
    }

    /// Mean absolute difference of channels' errors `[B, 3, H, W]` to one another.
    private func colourDifference(_ error: Tensor) throws -> Tensor {
        let turned = try Tensor.cat([error[.all, 1..<3], error[.all, 0..<1]], along: 1)
        return try (error - turned).abs().mean()
    }

    /// Mean absolute difference of horizontal and vertical differences, at full, half and quarter
    /// size.
    private func gradientDifference(_ y: Tensor, _ x: Tensor) throws -> Tensor {
        var error = try y - x
        var sum: Tensor?
        for level in 0..<3 {
            if level > 0 { error = try avgPool2d(error, kernel: 2) }
            let (h, w) = (error.shape[2], error.shape[3])
            let across = try error[.all, .all, .all, 1..<w] - error[.all, .all, .all, 0..<w - 1]
            let down = try error[.all, .all, 1..<h] - error[.all, .all, 0..<h - 1]
            let term = try across.abs().mean() + down.abs().mean()
            sum = try sum.map { try $0 + term } ?? term
        }
        return try sum ?? error.abs().mean()
    }

    /// Decibels, for pictures in -1...1.
    private func psnr(_ y: Tensor, _ x: Tensor) throws -> Tensor {
        try noGrad {
            let mse = try (y.detached().clamped(min: -1, max: 1) - x).square().mean()
            return try (4 / mse).log() * (10 / 2.302585092994046)
        }
    }

    /// Figures on people that were never trained on.
    public func evaluate(_ step: TrainingStep) throws -> [String: Double] {
        guard let heldOut else { return [:] }
        var sum = 0.0
        let indices = Array(
            Swift.stride(from: 0, to: heldOut.count, by: max(1, heldOut.count / 64)))
        for start in Swift.stride(from: 0, to: indices.count, by: 16) {
            let part = Array(indices[start..<min(start + 16, indices.count)])
            let x = try PictureBatch(heldOut, part).tensor(on: step.device)
            let y = try network.decode(network.encode(x).mean)
            // The mean over pictures, as papers print it.
            let mse = try (y.clamped(min: -1, max: 1) - x).square().mean([1, 2, 3])
            sum += try ((4 / mse).log() * (10 / 2.302585092994046)).sum().item()
        }
        return ["heldout_psnr": sum / Double(indices.count)]
    }

    /// Pictures that show what has been learned.
    public func pictures(_ step: TrainingStep) throws -> [(name: String, image: Image)] {
        guard let heldOut else { return [] }
        let x = try PictureBatch(heldOut, (0..<8).map { $0 * heldOut.views % heldOut.count })
            .tensor(on: step.device)
        let y = try network.decode(network.encode(x).mean).clamped(min: -1, max: 1)
        return [("reconstructions", try pictureGrid([x, y], on: .cpu))]
    }
}

/// Pictures in a new order every epoch.
struct ShuffledPictures: BatchSource {
    let data: PortraitData
    let batchSize: Int
    let order: SampleShuffle

    init(_ data: PortraitData, batchSize: Int, seed: UInt64) {
        (self.data, self.batchSize) = (data, batchSize)
        order = SampleShuffle(count: data.count, seed: seed)
    }

    func batch(at step: Int) throws -> PictureBatch {
        PictureBatch(data, (0..<batchSize).map { order[step * batchSize + $0] })
    }
}

/// Rows of pictures `[B, 3, S, S]` in -1...1, one row a tensor.
func pictureGrid(_ rows: [Tensor], on device: Device) throws -> Image {
    let lines = try rows.map { try Tensor.cat($0.to(device).unbound(), along: 2) }
    return try Image(tensor: Tensor.cat(lines, along: 1))
}
