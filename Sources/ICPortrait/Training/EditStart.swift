import Diffusion
import Torch

/// Noisy latents as they are on the way from a stranger to the person, when portraits are made.
///
/// A round of SDEdit begins at the noised style reference: `x_s = a_s r + d_s e`, a and d the square
/// roots of alphaBar and 1 - alphaBar. To a network that knows the answer `x0` this is `x0` under the
/// noise `e + (a_s / d_s) (r - x0)`, and a deterministic solver keeps that noise at every later step.
/// So a net that is to be started from strangers learns from this noise: what is left of the reference
/// in `x_t` then tells the dress and the place, and no longer who it is.
public struct EditStart {
    /// The least share of the schedule that rounds go back over, 0...1; 1 for no such noise.
    public let from: Double
    /// Of the noise.
    public let schedule: NoiseSchedule

    /// Starts on a schedule.
    public init(from: Double, schedule: NoiseSchedule) {
        (self.from, self.schedule) = (from, schedule)
    }

    /// Where rounds may have begun that are at some timesteps now: there or before, at ``from`` or
    /// before.
    ///
    /// - Parameters:
    ///   - timesteps: now.
    ///   - generator: on the CPU.
    /// - Returns: a timestep each; nil if no round is to begin anywhere.
    /// - Throws: `TorchError`.
    public func starts(at timesteps: [Int], generator: Generator) throws -> [Int]? {
        let count = schedule.trainTimesteps
        let least = Int((from * Double(count)).rounded())
        guard least < count else { return nil }
        let shares: [Float] = try Tensor.rand([timesteps.count], generator: generator).toArray()
        return zip(timesteps, shares).map { time, share in
            let first = max(time, least)
            return min(first + Int(share * Float(count - first)), count - 1)
        }
    }

    /// Noise with what a start at the reference leaves in it.
    ///
    /// - Parameters:
    ///   - noise: `[B, C, H, W]`.
    ///   - clean: the answer, of the same shape.
    ///   - reference: where the round began, of the same shape. Where it equals the answer the noise
    ///     stays what it is.
    ///   - starts: B timesteps.
    /// - Returns: of the noise's shape.
    /// - Throws: `TorchError`, `DiffusionError`.
    public func noise(
        _ noise: Tensor, clean: Tensor, reference: Tensor, startedAt starts: [Int]
    ) throws -> Tensor {
        let left = try schedule.snr(at: Tensor(starts.map(Int64.init))).sqrt()
            .reshaped([starts.count, 1, 1, 1]).to(noise.device)
        return try noise + left * (reference - clean)
    }
}
