import Diffusion
import Torch
import Training

/// What a portrait is made from: all of it latents and numbers, fixed for the whole run.
public struct PortraitConditions {
    /// The style reference: pose, style and light. `[1, C, H, W]`, scaled.
    public let reference: Tensor
    /// The profile photo: whose portrait it will be. The same shape.
    public let profile: Tensor
    /// CLIP's embedding of the profile photo as the whole context, `[1, 1, D]`.
    public let token: Tensor
    /// The reference's kept cells beside the profile, `[1, C, H, 2 W]`: c_f of section 3.3.
    public let condition: Tensor

    /// Conditions of one portrait.
    ///
    /// - Parameters:
    ///   - reference: scaled latents `[1, C, H, W]`.
    ///   - profile: of the same shape.
    ///   - token: `[1, D]`.
    ///   - visible: what the networks see of the reference, of its shape: under a mask of cells the
    ///     reference times the mask; under one of pixels the latents of the masked picture.
    /// - Throws: ``ICPortraitError`` for shapes that differ; `TorchError`.
    public init(reference: Tensor, profile: Tensor, token: Tensor, visible: Tensor) throws {
        for (name, tensor) in [("profile", profile), ("visible part", visible)]
        where tensor.shape != reference.shape {
            throw ICPortraitError(
                "expected latents of the \(name) of the reference's shape \(reference.shape), found "
                    + "\(tensor.shape).")
        }
        (self.reference, self.profile) = (reference, profile)
        self.token = try token.unsqueezed(1)
        condition = try Canvas(target: visible, profile: profile).tensor
    }

    /// Conditions with cells hidden at random: F(., n).
    ///
    /// - Parameters:
    ///   - reference: scaled latents `[1, C, H, W]`.
    ///   - profile: of the same shape.
    ///   - token: `[1, D]`.
    ///   - settings: how many cells are seen.
    ///   - seed: of the choice.
    /// - Throws: ``ICPortraitError`` for a ratio outside 0...1 and shapes that differ; `TorchError`.
    public init(
        reference: Tensor, profile: Tensor, token: Tensor, settings: ICPortraitSettings,
        seed: UInt64
    ) throws {
        let mask = try KeepMask.random(
            keeping: settings.keepRatio, height: reference.shape[2], width: reference.shape[3],
            generator: Generator(seed: StepSeed(seed)("mask", 0))
        ).to(reference.device).to(reference.dtype)
        try self.init(
            reference: reference, profile: profile, token: token, visible: reference * mask)
    }
}
