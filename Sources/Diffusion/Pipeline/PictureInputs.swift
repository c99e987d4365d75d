import Images
import Layers
import Torch

/// Pictures as the networks take them.
extension Image {
    /// In the size of the result, by Lanczos as diffusers does.
    func fitted(width: Int, height: Int) throws -> Image {
        self.width == width && self.height == height
            ? self : try resized(width: width, height: height, .pilLanczos)
    }

    /// `[1, 3, H, W]` in 0...1.
    func unitTensor() throws -> Tensor {
        try bytesTensor().to(.float32).unsqueezed(0) / 255.0
    }

    /// White where it is at least half white: `[1, 1, H, W]`, 0 or 1.
    func maskTensor() throws -> Tensor {
        // Pillow's luma of an RGB picture, in whole numbers.
        let bytes = try bytesTensor().to(.int32)
        var grey = bytes
        if channels == 3 {
            let parts = try bytes.unbound()
            grey = try (parts[0] * 19595 + parts[1] * 38470 + parts[2] * 7471 + 0x8000)
                .to(.float32).unsqueezed(0)
            grey = try (grey / 65536.0).floor()
        }
        return try (grey.to(.float32) / 255.0 .>= 0.5).to(.float32).unsqueezed(0)
    }

    /// CLIP's view: the shorter side to `side` by bicubic, the centre, CLIP's mean and deviation;
    /// `[1, 3, side, side]`.
    public func clipTensor(side: Int) throws -> Tensor {
        let square = try resized(shorter: side, .pilBicubic)
            .centreCropped(width: side, height: side)
        let mean = try Tensor([0.48145466, 0.4578275, 0.40821073] as [Float], shape: [1, 3, 1, 1])
        let deviation = try Tensor(
            [0.26862954, 0.26130258, 0.27577711] as [Float], shape: [1, 3, 1, 1])
        return try (square.unitTensor() - mean) / deviation
    }
}

extension StableDiffusion {
    /// A picture's latents, drawn from their distribution and scaled: `[1, latent, h, w]`.
    func latents(of picture: Tensor, _ request: ImageRequest, _ source: NoiseSource) throws
        -> Tensor
    {
        let vae = autoencoder.network
        let type = vae.dtype
        let distribution = try vae.encode(picture.to(type).to(device), memory: request.memory)
        let noise = try source.common(distribution.mean.shape, dtype: type)
        return try vae.scaled(distribution.sample(noise: noise)).to(dtype)
    }

    /// The image prompts for a batch, negative ones first where guidance is on.
    func imagePrompts(_ request: ImageRequest, guided: Bool) throws -> [ImagePrompt] {
        try request.references.map { reference in
            guard let encoder = imageEncoder?.network else {
                throw DiffusionError(
                    "An IP-Adapter needs CLIP's image encoder, and the model has none; name its "
                        + "folder.")
            }
            let projection = reference.adapter.imageProjection
            let pixels = try reference.image.clipTensor(side: encoder.configuration.imageSize)
                .to(dtype).to(device)
            let output = try encoder(pixels)
            var tokens: [Tensor]
            switch projection.shape.kind {
            case .plain:
                tokens = [try projection(embedding: output.imageEmbeds)]
                if guided {
                    tokens.insert(
                        try projection(embedding: output.imageEmbeds.zerosLike()), at: 0)
                }
            case .plus:
                let states = output.hiddenStates
                tokens = [try projection(tokens: states[states.count - 2])]
                if guided {
                    let blank = try encoder(pixels.zerosLike()).hiddenStates
                    tokens.insert(try projection(tokens: blank[blank.count - 2]), at: 0)
                }
            case .faceID, .faceIDPlus:
                throw DiffusionError(
                    "A FaceID adapter takes a face embedding, not a picture; give it to "
                        + "IPAdapter.imageProjection.")
            }
            let all = try tokens.map { try $0.tiled([request.batch, 1, 1]) }
            return ImagePrompt(
                reference.adapter, tokens: try Tensor.cat(all), scale: reference.scale)
        }
    }
}

extension AutoencoderKL {
    /// What its weights are in.
    var dtype: DType { encoder.convIn.weight.dtype }
}
