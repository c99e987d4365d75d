import Diffusion
import Images
import Layers
import Torch

/// What a base's frozen networks make of a head crop.
public struct HeadEncoder {
    /// The base's autoencoder.
    public let autoencoder: AutoencoderKL
    /// CLIP's image encoder, whose embedding of the profile photo is the whole prompt.
    public let imageEncoder: CLIPVision
    /// Pixels a side of a portrait.
    public let side: Int
    /// What both compute in.
    public let dtype: DType
    /// Where they are.
    public let device: Device

    /// Networks of one base.
    public init(
        autoencoder: AutoencoderKL, imageEncoder: CLIPVision, side: Int,
        dtype: DType = .float32, device: Device = .cpu
    ) {
        (self.autoencoder, self.imageEncoder, self.side) = (autoencoder, imageEncoder, side)
        (self.dtype, self.device) = (dtype, device)
    }

    /// A picture's scaled latents, `[1, C, H, W]`: the mean of their distribution.
    ///
    /// - Parameter image: a head crop; it is scaled to ``side`` if it is not.
    /// - Returns: latents on the networks' device.
    /// - Throws: `ImageError`, `TorchError`.
    public func latents(_ image: Image) throws -> Tensor {
        let fitted =
            image.width == side && image.height == side
            ? image : try image.resized(width: side, height: side, .pilLanczos)
        return try noGrad {
            let x = try fitted.tensor(device: device).unsqueezed(0).to(dtype)
            return try autoencoder.scaled(autoencoder.encode(x).mean)
        }
    }

    /// CLIP's embedding of a profile photo, `[1, D]`.
    ///
    /// - Parameter image: a head crop of any size.
    /// - Returns: the embedding on the networks' device.
    /// - Throws: `ImageError`, `TorchError`.
    public func token(_ image: Image) throws -> Tensor {
        try noGrad {
            let size = imageEncoder.configuration.imageSize
            let x = try image.clipTensor(side: size).to(device).to(dtype)
            return try imageEncoder(x).imageEmbeds
        }
    }

    /// The picture of latents `[1, C, H, W]`.
    ///
    /// - Throws: `ImageError`, `TorchError`.
    public func image(_ latents: Tensor) throws -> Image {
        try noGrad {
            let picture = try autoencoder.decode(autoencoder.unscaled(latents))
            return try Image(tensor: picture[0].to(.cpu))
        }
    }
}
