import Torch

// From a network's output to x0 and the noise, in one place for every sampler: with
// x_t = signal x0 + deviation noise, any one prediction gives the other two.

extension PredictionType {
    /// x0, in the dtype that the arguments promote to.
    func clean(_ output: Tensor, sample: Tensor, signal: Float, deviation: Float) throws -> Tensor {
        switch self {
        case .epsilon: try (sample - output * Double(deviation)) / Double(signal)
        case .sample: output
        case .velocity: try sample * Double(signal) - output * Double(deviation)
        }
    }

    /// The noise.
    func noise(_ output: Tensor, sample: Tensor, signal: Float, deviation: Float) throws -> Tensor {
        switch self {
        case .epsilon: output
        case .sample: try (sample - output * Double(signal)) / Double(deviation)
        case .velocity: try output * Double(signal) + sample * Double(deviation)
        }
    }

    /// x0 where x_t = x0 + sigma noise and the network saw x_t / sqrt(sigma^2 + 1).
    ///
    /// Karras et al. 2022, table 1. `sample` is `float32`.
    func clean(_ output: Tensor, sample: Tensor, sigma: Float) throws -> Tensor {
        let power = sigma * sigma + 1
        switch self {
        case .epsilon: return try sample - output * Double(sigma)
        case .sample: return output
        case .velocity:
            return try output * Double(-sigma / power.squareRoot()) + sample / Double(power)
        }
    }
}
