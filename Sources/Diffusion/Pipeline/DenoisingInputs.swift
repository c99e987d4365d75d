import Layers
import Torch

/// What stays the same through a run: conditions, masks, controls.
struct DenoisingInputs {
    struct Control {
        let network: ControlNet
        /// The picture as the network's first block takes it, one for each of the batch.
        let condition: Tensor
        let scale: Double
        let guess: Bool
    }

    /// Which pixels of the latents come from the picture.
    struct Mask {
        /// `[B, 1, h, w]`, 1 where the picture may change.
        let mask: Tensor
        /// The picture's latents, and the noise that noised them.
        let original, noise: Tensor
        /// Latents of the picture without what may change, for a 9-channel UNet.
        let masked: Tensor
    }

    /// Negative, then positive where guidance is on.
    let text: TextConditions
    /// The positive half alone, for ControlNets that guess.
    let positive: TextConditions
    let timeIds, positiveTimeIds: Tensor?
    let guidance: Guidance
    /// The scale that the network follows by itself; nil for most.
    let followed: Double?
    let controls: [Control]
    let images: [ImagePrompt]
    let mask: Mask?
    let memory: AutoencoderMemory

    /// The guided prediction of the network at a step, `[B, latent, h, w]`.
    func prediction(
        _ model: StableDiffusion, _ scheduler: any Scheduler, _ latents: Tensor, at index: Int
    ) throws -> Tensor {
        let unet = model.unet.network
        let timestep = try Tensor(Float(scheduler.timesteps[index])).to(latents.device)
        let single = try scheduler.scaledInput(latents, at: index)
        let sum = try ControlResiduals.sum(
            controls.map { try self.residuals($0, single, timestep) })
        var sample = single
        if let mask, unet.configuration.inChannels > latents.shape[1] {
            sample = try Tensor.cat([sample, mask.mask, mask.masked], along: 1)
        }
        // Both texts see the same sample: the network doubles it where they begin to differ.
        return try guidance(
            unet(
                sample, timestep: timestep, context: text.context, added: added(text, timeIds),
                guidance: followed, residuals: sum, images: images))
    }

    private func added(_ text: TextConditions, _ timeIds: Tensor?) -> AddedConditions? {
        guard let pooled = text.pooled, let timeIds else { return nil }
        return AddedConditions(textEmbeds: pooled, timeIds: timeIds)
    }

    private func residuals(
        _ control: Control, _ sample: Tensor, _ timestep: Tensor
    ) throws -> ControlResiduals {
        // A guessing ControlNet sees the prompt only, and leaves the negative half alone.
        let alone = control.guess && guidance.isActive
        var result = try control.network(
            sample, timestep: timestep,
            context: alone ? positive.context : text.context, embedded: control.condition,
            scale: control.scale, guess: control.guess,
            added: alone ? added(positive, positiveTimeIds) : added(text, timeIds))
        guard alone else { return result }
        result.down = try result.down.map { try Tensor.cat([$0.zerosLike(), $0]) }
        result.mid = try Tensor.cat([result.mid.zerosLike(), result.mid])
        return result
    }

    /// The latents after a step, the picture's own put back outside the mask, at the noise of the
    /// step that follows. A 9-channel UNet has learned to do that itself.
    func kept(_ latents: Tensor, _ scheduler: any Scheduler, after index: Int) throws -> Tensor {
        guard let mask, mask.blends else { return latents }
        var original = mask.original
        if index + 1 < scheduler.timesteps.count {
            original = try scheduler.noised(original, noise: mask.noise, at: index + 1)
        }
        return try (1 - mask.mask) * original + mask.mask * latents
    }
}

extension DenoisingInputs.Mask {
    /// Whether the loop blends; `masked` is empty then.
    var blends: Bool { masked.count == 0 }
}
