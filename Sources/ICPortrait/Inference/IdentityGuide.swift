import Diffusion
import Faces
import Images
import Torch
import Training

/// How strongly a recogniser has its say while a portrait is made.
///
/// Not of the paper, whose only guidance is the prompt's. What each step predicts is moved a little
/// towards the person before the sampler takes it, by the gradient of ``IdentityLoss`` through the
/// decoder, not through the networks: He et al. 2024, "Manifold Preserving Guided Diffusion", without
/// their projection.
public struct IdentityGuidance: Settings {
    /// How far a move goes, as a share of the latents' own size; 0 for none.
    public var weight = 0.0
    /// Moves over the whole noise schedule, spread evenly over however many steps there are.
    public var moves = 20
    /// Cuts of the face that are compared at once, all but the first turned (10 degrees), scaled (a
    /// tenth) and moved (4 % of the face) by up to so much: a move that holds for all of them is less
    /// likely to be one that only this recogniser sees.
    public var looks = 4
    /// The part of the noise schedule within which it is applied, 0 (clean) to 1 (noise).
    public var from = 0.0
    /// Where that part ends.
    public var to = 1.0

    /// None.
    public init() {}

    /// Refuses numbers that no guidance can have.
    func check() throws {
        guard (0...1).contains(weight) else {
            throw ICPortraitError(
                "identity.weight: expected 0, which is none, to 1, found \(weight).")
        }
        for (name, count) in [("moves", moves), ("looks", looks)]
        where !(1...1000).contains(count) {
            throw ICPortraitError("identity.\(name): expected 1 to 1000, found \(count).")
        }
        guard 0 <= from, from <= to, to <= 1 else {
            throw ICPortraitError(
                "identity.from and identity.to: expected a part of 0 to 1, found \(from) to \(to).")
        }
    }

    /// How many of ``moves`` fall on one step.
    ///
    /// - Parameters:
    ///   - index: of the step, from 0 at the schedule's noisy end.
    ///   - steps: of the whole schedule.
    /// - Returns: 0 or more; all steps' add up to ``moves``.
    public func moveCount(at index: Int, of steps: Int) -> Int {
        (index + 1) * moves / steps - index * moves / steps
    }
}

/// A person as a recogniser knows them, and where their face will be: moves predictions towards them.
public struct IdentityGuide {
    private let loss: IdentityLoss
    private let points: [Point]
    private let identity: Tensor

    /// A guide for one portrait.
    ///
    /// - Parameters:
    ///   - loss: who tells people apart.
    ///   - points: the five points of the face, pixels of the portrait.
    ///   - identity: of the person, `[1, D]` by the same recogniser.
    public init(_ loss: IdentityLoss, points: [Point], identity: Tensor) {
        (self.loss, self.points, self.identity) = (loss, points, identity)
    }

    /// A prediction, moved.
    ///
    /// - Parameters:
    ///   - clean: latents `[1, C, H, W]`, scaled.
    ///   - settings: how far.
    ///   - moves: how many.
    ///   - seed: of the cuts.
    /// - Returns: the same shape and dtype.
    /// - Throws: `FaceError` for points that tell no place; `TorchError`.
    public func callAsFunction(
        _ clean: Tensor, _ settings: IdentityGuidance, moves: Int, seed: UInt64
    ) throws -> Tensor {
        var moved = try clean.to(.float32)
        var random = StepRandom(seed: seed)
        for _ in 0..<moves {
            let jitters = (0..<settings.looks).map { look in
                look == 0
                    ? AlignmentJitter.none
                    : .random(
                        angleRadians: .pi / 18, growth: 0.1, shift: 0.04, mirrors: false,
                        using: &random)
            }
            let x = try moved.detached().requiresGrad(true)
            let slope = try withGrad(enabled: true) {
                try loss(
                    x.to(clean.dtype), points: [points], identities: identity, jitters: jitters,
                    nearby: true
                ).mean().gradients(for: [x])[0]
            }
            guard let slope else { break }
            let sizes = try (moved.square().sum() / (slope.square().sum() + 1e-20)).sqrt()
            moved = try moved - slope * sizes * settings.weight
        }
        return try moved.to(clean.dtype)
    }
}
