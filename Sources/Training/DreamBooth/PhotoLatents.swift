import Diffusion
import Torch

/// Latents of photos: what the frozen autoencoder says of a view is kept where the view can come
/// again.
final class PhotoLatents {
    private let photos: PhotoSet
    private let autoencoder: AutoencoderKL
    private let settings: DreamBoothSettings
    private let device: Device
    private var kept: [PhotoSet.View: LatentDistribution] = [:]

    init(
        _ photos: PhotoSet, _ autoencoder: AutoencoderKL, _ settings: DreamBoothSettings,
        device: Device
    ) {
        (self.photos, self.autoencoder) = (photos, autoencoder)
        (self.settings, self.device) = (settings, device)
    }

    /// Scaled latents `[B, C, h, w]`.
    func callAsFunction(_ views: [PhotoSet.View], generator: Generator) throws -> Tensor {
        try noGrad {
            let all = try views.map(distribution)
            let joined = LatentDistribution(
                mean: try .cat(all.map(\.mean)), logvar: try .cat(all.map(\.logvar)))
            let latents =
                try settings.latents == .mean ? joined.mean : joined.sample(generator)
            return try autoencoder.scaled(latents)
        }
    }

    /// One view at a time: kept or not, the bits are the same.
    private func distribution(_ view: PhotoSet.View) throws -> LatentDistribution {
        if let found = kept[view] { return found }
        let made = try autoencoder.encode(photos.pixels(view).to(device))
        if settings.cachesLatents, photos.isFixed(view.index) { kept[view] = made }
        return made
    }
}
