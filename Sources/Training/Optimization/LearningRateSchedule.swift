import Foundation

/// How the learning rate changes over a run: the names and curves of diffusers' `get_scheduler`.
public enum LearningRateCurve: String, Codable, CaseIterable, Sendable {
    case constant
    /// To zero along a line.
    case linear
    /// To zero along half a cosine. Loshchilov and Hutter 2017 without restarts.
    case cosine
}

/// A learning rate for every step.
public struct LearningRateSchedule: Hashable, Sendable {
    /// After the warm-up.
    public var curve: LearningRateCurve
    /// Steps over which the rate rises from zero.
    public var warmupSteps: Int
    /// Steps of the whole run.
    public var steps: Int
    /// What the curve ends at, as a share of the highest rate.
    public var finalShare: Double

    /// A schedule for a run of `steps`.
    public init(
        _ curve: LearningRateCurve, warmupSteps: Int = 0, steps: Int, finalShare: Double = 0
    ) {
        self.curve = curve
        self.warmupSteps = warmupSteps
        self.steps = steps
        self.finalShare = finalShare
    }

    /// The share of the highest rate at a step, 0...1; steps count from 0.
    public func share(at step: Int) -> Double {
        if step < warmupSteps { return Double(step) / Double(max(1, warmupSteps)) }
        let way = Double(step - warmupSteps) / Double(max(1, steps - warmupSteps))
        let left: Double =
            switch curve {
            case .constant: 1
            case .linear: max(0, 1 - way)
            case .cosine: max(0, (1 + cos(.pi * min(1, way))) / 2)
            }
        return curve == .constant ? 1 : finalShare + (1 - finalShare) * left
    }
}
