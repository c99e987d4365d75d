import Diffusion
import Layers
import Torch
import Training

/// How much of the profile's features each level of the target gets: W_l of IC-Portrait, equation 7.
public struct AppearanceBlend: Settings, Hashable {
    /// How W_l falls with depth.
    public enum Shape: String, Codable, CaseIterable, Sendable {
        /// (1 - l / L) alpha + beta: much of the details, little of what is global.
        case annealed
        /// The mean of the annealed weights everywhere: "without annealing".
        case even
        /// 1 everywhere: another reading of "without annealing".
        case full
    }

    /// The part that falls with depth. The paper gives no number.
    public var alpha = 0.8
    /// The part that stays. The paper gives no number.
    public var beta = 0.2
    /// How it falls.
    public var shape = Shape.annealed

    /// The default blend.
    public init() {}

    /// Weights of all levels, shallow first, the middle last.
    ///
    /// - Parameter levels: L, the down path's residuals; the middle counts as level L.
    /// - Returns: L + 1 weights.
    public func weights(levels: Int) -> [Double] {
        let annealed = (0...levels).map {
            (1 - Double($0) / Double(max(levels, 1))) * alpha + beta
        }
        switch shape {
        case .annealed: return annealed
        case .even:
            let mean = annealed.reduce(0, +) / Double(annealed.count)
            return annealed.map { _ in mean }
        case .full: return annealed.map { _ in 1 }
        }
    }

    /// Adds the profile's residuals, warped onto the target, to the target's.
    ///
    /// - Parameters:
    ///   - residuals: of a canvas.
    ///   - flow: from the target to the profile, on any grid.
    ///   - confidence: what share of a warped feature counts, `[B, 1, H, W]` on the flow's grid; all
    ///     if nil.
    ///   - side: where the target is.
    /// - Returns: the same shapes; the profile's half is as it was.
    /// - Throws: `TorchError` for shapes that do not fit.
    public func callAsFunction(
        _ residuals: ControlResiduals, flow: DenseFlow, confidence: Tensor? = nil,
        targetOn side: Canvas.Side = .left
    ) throws -> ControlResiduals {
        let weights = weights(levels: residuals.down.count)
        // Levels share few sizes.
        var flows: [[Int]: DenseFlow] = [:]
        func blended(_ map: Tensor, _ weight: Double) throws -> Tensor {
            let canvas = Canvas(map, targetOn: side)
            let profile = try canvas.profile
            let size = Array(profile.shape.suffix(2))
            let fitting = try flows[size] ?? flow.resized(to: size)
            flows[size] = fitting
            var warped = try fitting.warp(profile) * weight
            if let confidence {
                let share = try interpolate(confidence, size: size, mode: .bilinear)
                warped = try warped * share.to(warped.dtype)
            }
            return try Canvas(target: canvas.target + warped, profile: profile, targetOn: side)
                .tensor
        }
        return ControlResiduals(
            down: try zip(residuals.down, weights).map(blended),
            mid: try blended(residuals.mid, weights[weights.count - 1]))
    }
}
