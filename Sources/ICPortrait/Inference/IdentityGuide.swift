import Diffusion
import Faces
import Foundation
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
    /// Cuts of the face that are compared at once, each turned, moved and scaled a little: a move that
    /// holds for all of them is less likely to be one that only this recogniser sees.
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
    )
        throws -> Tensor
    {
        var moved = try clean.to(.float32)
        var random = StepRandom(seed: seed)
        for _ in 0..<moves {
            let cuts = (0..<settings.looks).map { $0 == 0 ? points : jittered(&random) }
            let x = try moved.detached().requiresGrad(true)
            let slope = try withGrad(enabled: true) {
                try loss(
                    x.to(clean.dtype), points: cuts, identities: identity, looks: settings.looks
                )
                .mean().gradients(for: [x])[0]
            }
            guard let slope else { break }
            let sizes = try (moved.square().sum() / (slope.square().sum() + 1e-20)).sqrt()
            moved = try moved - slope * sizes * settings.weight
        }
        return try moved.to(clean.dtype)
    }

    /// The points as a cut sees them that is turned by up to 10 degrees, scaled by up to a tenth and
    /// moved by up to 4 % of a face.
    private func jittered(_ random: inout StepRandom) -> [Point] {
        func draw() -> Double { 2 * random.unit() - 1 }
        let (angle, scale) = (draw() * .pi / 18, exp(draw() * 0.1))
        let (right, down) = (draw() * 0.04, draw() * 0.04)
        let count = Double(max(points.count, 1))
        let centre = Point(
            points.reduce(0) { $0 + $1.x } / count, points.reduce(0) { $0 + $1.y } / count)
        // Five points are spread over about 0.4 of an aligned face's side.
        let reach = (points.map(\.x).max() ?? 0) - (points.map(\.x).min() ?? 0)
        return points.map { point in
            let (x, y) = (point.x - centre.x, point.y - centre.y)
            return Point(
                centre.x + scale * (cos(angle) * x - sin(angle) * y) + right * 2.5 * reach,
                centre.y + scale * (sin(angle) * x + cos(angle) * y) + down * 2.5 * reach)
        }
    }
}
