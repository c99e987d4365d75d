import Torch

/// The result of one step of a ``Scheduler``.
public struct SchedulerStep {
    /// The less noisy sample, for the next step.
    public let previous: Tensor
    /// x0 as this evaluation of the network predicts it, for previews.
    public let predictedOriginal: Tensor
}

/// A sampler: turns a network's predictions into a clean sample, step by step.
///
/// One value serves one run. It draws no noise of its own; where ``needsNoise(at:)`` says so, the
/// caller passes unit noise of the shape and dtype of the network's output. The loop is:
///
/// ```swift
/// var sample = try noise * scheduler.initialNoiseScale
/// for (index, timestep) in scheduler.timesteps.enumerated() {
///     let output = try unet(scheduler.scaledInput(sample, at: index), timestep: timestep)
///     let fresh = try scheduler.needsNoise(at: index) ? draw() : nil
///     sample = try scheduler.step(output, at: index, sample: sample, noise: fresh).previous
/// }
/// ```
///
/// From a picture, start from ``noised(_:noise:at:)`` at ``startIndex(strength:)`` instead.
public protocol Scheduler {
    /// The number of steps that was asked for; PNDM evaluates the network once more.
    var steps: Int { get }
    /// How often a step asks the network: 2 for methods of second order, whose last step asks once.
    var evaluationsPerStep: Int { get }
    /// One network evaluation each, in order; those on sigmas may have a fraction.
    var timesteps: [Double] { get }
    /// What unit noise is multiplied by to start from nothing.
    var initialNoiseScale: Double { get }

    /// Whether the step draws noise.
    func needsNoise(at index: Int) -> Bool

    /// The sample as the network expects it.
    ///
    /// - Throws: ``DiffusionError`` for an index that is not one of ``timesteps``.
    func scaledInput(_ sample: Tensor, at index: Int) throws -> Tensor

    /// One step towards the clean sample.
    ///
    /// - Parameters:
    ///   - output: the network's prediction from the scaled input, shape of `sample`.
    ///   - index: of ``timesteps``. Multistep methods take consecutive ones, from any first.
    ///   - sample: the noisy sample `[B, ...]`, not scaled.
    ///   - noise: unit noise, shape of `sample`, where ``needsNoise(at:)``; else not looked at.
    /// - Returns: tensors of the shape of `sample`.
    /// - Throws: ``DiffusionError`` for an index out of range or out of order, shapes that differ and
    ///   missing noise; `TorchError` for what libtorch refuses.
    mutating func step(_ output: Tensor, at index: Int, sample: Tensor, noise: Tensor?) throws
        -> SchedulerStep

    /// A clean sample noised to the level of a step, to start there.
    ///
    /// - Throws: ``DiffusionError`` for an index that is not one of ``timesteps``.
    func noised(_ sample: Tensor, noise: Tensor, at index: Int) throws -> Tensor

    /// What a multistep method remembers, by name; empty before the first step, and for others.
    ///
    /// With the sample and the next index it is all that a run needs to go on elsewhere.
    var state: [String: Tensor] { get }

    /// Takes over the ``state`` of another value made with the same arguments.
    ///
    /// - Parameters:
    ///   - state: as saved after step `index - 1`.
    ///   - index: the next step.
    /// - Throws: ``DiffusionError`` for a state that this method does not have.
    mutating func restore(_ state: [String: Tensor], at index: Int) throws
}

extension Scheduler {
    /// 1: most methods ask once.
    public var evaluationsPerStep: Int { 1 }

    /// False: most methods draw none.
    public func needsNoise(at index: Int) -> Bool { false }

    /// The sample itself: most methods do not scale it.
    public func scaledInput(_ sample: Tensor, at index: Int) throws -> Tensor {
        try checkIndex(index)
        return sample
    }

    /// Nothing: most methods remember nothing.
    public var state: [String: Tensor] { [:] }

    /// Takes only an empty state.
    public mutating func restore(_ state: [String: Tensor], at index: Int) throws {
        guard state.isEmpty else { throw foreignState(state) }
    }

    /// First step from a picture: `strength` 1 keeps nothing of it, 0 all; outside, the nearest.
    ///
    /// With 50 steps, 0.6 starts at index 20 and leaves 30; where a step asks twice, at index 40. Meng
    /// et al. 2022 (SDEdit). At 0 it is ``endOfSteps``: nothing is left to do.
    public func startIndex(strength: Double) -> Int {
        let strength = strength > 0 ? min(strength, 1) : 0
        return max(steps - Int(Double(steps) * strength), 0) * evaluationsPerStep
    }

    /// The start that leaves nothing to do.
    var endOfSteps: Int { steps * evaluationsPerStep }

    func checkIndex(_ index: Int) throws {
        guard timesteps.indices.contains(index) else {
            throw DiffusionError("Expected a step in 0..<\(timesteps.count), found \(index).")
        }
    }

    /// Checks what every step takes; gives the noise that the step needs.
    func checkStep(_ output: Tensor, at index: Int, sample: Tensor, noise: Tensor?) throws
        -> Tensor?
    {
        try checkIndex(index)
        guard output.shape == sample.shape else {
            throw DiffusionError(
                "Expected a prediction of the sample's shape \(sample.shape), found "
                    + "\(output.shape); learned variances are not offered.")
        }
        guard needsNoise(at: index) else { return nil }
        guard let noise else { throw DiffusionError("Step \(index) needs noise, found none.") }
        guard noise.shape == sample.shape else {
            throw DiffusionError(
                "Expected noise of the sample's shape \(sample.shape), found \(noise.shape).")
        }
        return noise
    }

    func foreignState(_ state: [String: Tensor]) -> DiffusionError {
        DiffusionError(
            "A \(Self.self) cannot go on from a state of "
                + "\(state.keys.sorted().joined(separator: ", ")): was it saved by another one?")
    }
}
