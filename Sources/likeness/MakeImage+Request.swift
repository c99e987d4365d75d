import ArgumentParser
import Diffusion
import Foundation
import Images

extension SchedulerKind: ExpressibleByArgument {}
extension NoiseKind: ExpressibleByArgument {}
extension SigmaSpread: ExpressibleByArgument {}
extension TimestepSpacing: ExpressibleByArgument {}

/// `640x480` or `10,20`.
struct Pair: ExpressibleByArgument {
    let first, second: Int

    init?(argument: String) {
        let numbers = argument.split(
            omittingEmptySubsequences: false, whereSeparator: { $0 == "x" || $0 == "," }
        ).compactMap { Int($0) }
        guard numbers.count == 2, numbers.allSatisfy({ (0...65536).contains($0) }) else {
            return nil
        }
        (first, second) = (numbers[0], numbers[1])
    }
}

extension MakeImage {
    /// The request that the flags describe, its files read.
    func request(for model: StableDiffusion) throws -> ImageRequest {
        var request = ImageRequest(prompt: prompt)
        request.negativePrompt = negativePrompt
        (request.reading.isPlain, request.reading.clipSkip) = (plainPrompt, clipSkip)
        (request.width, request.height) = (width, height)
        request.steps = steps
        request.guidanceScale =
            cfgScale ?? ShippedModel.guidance(self.model) ?? (model.isXL ? 5 : 7.5)
        request.guidanceRescale = guidanceRescale
        request.seed = seed ?? UInt64.random(in: 0..<(1 << 32))
        request.noise = rng
        request.batch = batch
        request.scheduler = scheduler
        (request.sigmas, request.spacing) = (sigmas, spacing)
        request.eta = eta
        request.image = try initImage.map(picture)
        request.mask = try mask.map(picture)
        request.strength = strength
        request.guessMode = guessMode
        request.memory = AutoencoderMemory(slicing: vaeSlicing, tiling: vaeTiling)
        request.originalSize = originalSize.map { ($0.first, $0.second) }
        request.targetSize = targetSize.map { ($0.first, $0.second) }
        if let crop { request.crop = (crop.first, crop.second) }
        request.controls = try control.enumerated().map { index, text in
            let (folder, image) = try pair("--control", text)
            return .init(
                try controlNet(folder), try picture(image),
                scale: index < controlScale.count ? controlScale[index] : 1)
        }
        if let imageEncoder {
            let path = try StoredModels.path(imageEncoder, for: "--image-encoder")
            model.imageEncoder = try ModelFolder(path)
                .clipVision(dtype: computeType.dtype, device: device)
        }
        request.imageToken = try imageToken.map(picture)
        request.references = try ipAdapter.enumerated().map { index, text in
            let (file, image) = try pair("--ip-adapter", text)
            let adapter = try IPAdapter(
                StoredModels.path(file, for: "--ip-adapter"), for: model.unet.network,
                dtype: computeType.dtype, device: device)
            return .init(
                adapter, try picture(image),
                scale: index < ipAdapterScale.count ? ipAdapterScale[index] : 1)
        }
        return request
    }

    func picture(_ path: String) throws -> Image {
        // A condition or a mask may be smaller than a photo should be.
        let codec = try VipsCodec(limits: ImageLimits(sides: 8...16384))
        let bytes = try Input.bytes(of: path, limit: codec.limits.bytes)
        return try Input.naming(path) { try codec.decode(bytes).image }
    }

    private func pair(_ flag: String, _ text: String) throws -> (String, String) {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            throw CommandError(
                "\(flag) \(text): expected MODEL=IMAGE, found no '='", code: Failure.badInput)
        }
        return (parts[0], parts[1])
    }
}
