import Checkpoints
import Images
import Layers
import Torch

extension StableDiffusion {
    /// Prepares a run; nothing is denoised yet.
    ///
    /// Noise is drawn in diffusers' order, whole tensors from one generator on the CPU, so that with
    /// ``NoiseKind/torch`` the same seed gives the same picture there: with a picture, first its
    /// latents, then the noise; with a mask, then the masked picture's latents; then what each step
    /// draws.
    ///
    /// - Throws: ``DiffusionError`` for numbers out of range and parts that do not fit; `TorchError`.
    public func denoising(_ request: ImageRequest) throws -> Denoising {
        try request.check()
        return try noGrad { try prepared(request) }
    }

    private func prepared(_ request: ImageRequest) throws -> Denoising {
        let configuration = unet.network.configuration
        let vae = autoencoder.network.configuration
        let (width, height) = size(of: request)
        let followed = configuration.takesGuidance ? request.guidanceScale : nil
        let guidance = Guidance(
            scale: followed == nil ? request.guidanceScale : 1, rescale: request.guidanceRescale)
        let token = try request.imageToken.map(imageToken)
        let (told, untold) = try token.map { ($0, try $0.zeros()) } ?? conditions(request)
        let positive = try told.repeated(request.batch)
        let text =
            try guidance.isActive ? .joined(untold.repeated(request.batch), positive) : positive
        let ids = try timeIds(request, width: width, height: height)
        var settings = scheduler
        if let spread = request.sigmas {
            settings = try settings.spreading(spread, kind: request.scheduler, isXL: isXL)
        }
        if let spacing = request.spacing {
            let kind = request.scheduler ?? SchedulerKind(className: settings.className)
            guard kind != .lcm, kind != .tcd else {
                throw DiffusionError(
                    "Expected no spacing of timesteps for LCM and TCD, whose models fix them, found "
                        + "\(spacing.rawValue).")
            }
            settings.timestepSpacing = spacing
        }
        let sampler = try makeScheduler(
            settings, kind: request.scheduler, steps: request.steps, eta: request.eta)
        let source = try NoiseSource(request.noise, seed: request.seed, batch: request.batch)

        let shape = [
            request.batch, vae.latentChannels, height / vae.downFactor, width / vae.downFactor,
        ]
        let takesMask = configuration.inChannels > vae.latentChannels
        guard
            configuration.inChannels == vae.latentChannels
                || configuration.inChannels == 2 * vae.latentChannels + 1
        else {
            throw DiffusionError(
                "Expected a UNet of \(vae.latentChannels) input channels, or "
                    + "\(2 * vae.latentChannels + 1) for inpainting, found "
                    + "\(configuration.inChannels).")
        }
        guard !takesMask || request.mask != nil else {
            throw DiffusionError(
                "This is an inpainting model; it needs a picture and a mask of what may change.")
        }
        let start = try startingPoint(request, sampler, shape, takesMask: takesMask, source)
        let count = guidance.isActive ? 2 : 1
        let controls = try request.controls.map { control in
            let picture = try control.image.fitted(width: width, height: height).unitTensor()
                .to(dtype).to(device)
            return DenoisingInputs.Control(
                network: control.network,
                condition: try control.network.embedded(picture).spread(to: request.batch),
                scale: control.scale,
                guess: request.guessMode || control.network.configuration.globalPoolConditions)
        }
        let inputs = DenoisingInputs(
            text: text, positive: positive,
            timeIds: try ids?.tiled([count * request.batch, 1]),
            positiveTimeIds: try ids?.tiled([request.batch, 1]), guidance: guidance,
            followed: followed,
            controls: controls, images: try imagePrompts(request, guided: guidance.isActive),
            mask: start.mask, memory: request.memory)
        return Denoising(
            self, inputs, sampler, latents: start.latents, from: start.index, source)
    }

    /// Pixels of the result.
    private func size(of request: ImageRequest) -> (width: Int, height: Int) {
        let factor = autoencoder.network.configuration.downFactor
        let own = factor * (unet.network.configuration.sampleSize ?? 64)
        func side(_ asked: Int?, _ image: Int?) -> Int {
            asked ?? image.map { max($0 / 8 * 8, 8) } ?? own
        }
        return (
            side(request.width, request.image?.width), side(request.height, request.image?.height)
        )
    }

    /// What the prompt says, and what to keep away from.
    private func conditions(_ request: ImageRequest) throws -> (TextConditions, TextConditions) {
        if !request.reading.isPlain, let tag = PromptTags.firstAdapter(in: request.prompt) {
            throw DiffusionError(
                "The prompt asks for an adapter by \(quoted(tag)), which prompts cannot do here; "
                    + "leave it out, or take the prompt as it stands.")
        }
        if request.negativePrompt == nil, isXL, zerosForNoPrompt {
            let positive = try conditions([request.prompt], request.reading)[0]
            return (positive, try positive.zeros())
        }
        let both = try conditions(
            [request.prompt, request.negativePrompt ?? ""], request.reading)
        return (both[0], both[1])
    }

    /// SDXL's six numbers, `[1, 6]`; nil for SD1.5.
    private func timeIds(_ request: ImageRequest, width: Int, height: Int) throws -> Tensor? {
        guard isXL else { return nil }
        let original = request.originalSize ?? (width, height)
        let target = request.targetSize ?? (width, height)
        let numbers = [
            original.height, original.width, request.crop.y, request.crop.x, target.height,
            target.width,
        ]
        return try Tensor(numbers.map(Float.init), shape: [1, 6]).to(dtype).to(device)
    }

    /// Where a run starts.
    private struct Start {
        let latents: Tensor
        let index: Int
        let mask: DenoisingInputs.Mask?
    }

    private func startingPoint(
        _ request: ImageRequest, _ sampler: any Scheduler, _ shape: [Int], takesMask: Bool,
        _ source: NoiseSource
    ) throws -> Start {
        func draw() throws -> Tensor {
            try source.normal(shape, dtype: dtype).to(device)
        }
        guard let image = request.image else {
            return Start(
                latents: try draw() * sampler.initialNoiseScale, index: 0, mask: nil)
        }
        let factor = autoencoder.network.configuration.downFactor
        let (width, height) = (factor * shape[3], factor * shape[2])
        let picture = try image.fitted(width: width, height: height).unitTensor() * 2 - 1
        let strength = request.strength ?? (request.mask == nil ? 0.8 : 1)
        let index = sampler.startIndex(strength: strength)
        guard index < sampler.endOfSteps else {
            throw DiffusionError(
                "Strength \(strength) leaves none of \(request.steps) steps to do; raise either.")
        }
        let fromNoise = request.mask != nil && strength == 1
        var original: Tensor?
        if !takesMask || !fromNoise {
            original = try latents(of: picture, request, source).tiled([request.batch, 1, 1, 1])
        }
        let noise = try draw()
        let start: Tensor
        if let original, !fromNoise {
            start = try sampler.noised(original, noise: noise, at: index)
        } else {
            start = try noise * sampler.initialNoiseScale
        }
        guard let mask = request.mask else { return Start(latents: start, index: index, mask: nil) }
        let white = try mask.fitted(width: width, height: height).maskTensor()
        // Drawn even where a 4-channel UNet does not look at it: the reference does.
        let masked = try latents(of: picture * (1 - white), request, source)
        let small = try interpolate(white, size: [shape[2], shape[3]], mode: .nearest)
        return Start(
            latents: start, index: index,
            mask: DenoisingInputs.Mask(
                mask: try small.to(dtype).to(device).tiled([request.batch, 1, 1, 1]),
                original: original ?? noise, noise: noise,
                masked: takesMask
                    ? try masked.tiled([request.batch, 1, 1, 1]) : try Tensor.empty([0])))
    }
}
