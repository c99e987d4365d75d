import Torch

// The forward process, for training and for starting from a picture.

extension NoiseSchedule {
    /// Noises clean samples: sqrt(alphaBar_t) x0 + sqrt(1 - alphaBar_t) noise. Ho et al. 2020, eq. 4.
    ///
    /// - Parameters:
    ///   - x0: clean samples `[B, ...]`.
    ///   - noise: unit noise, shape of `x0`.
    ///   - timesteps: `[B]` integers in `0..<trainTimesteps`, or one for all.
    /// - Returns: shape and dtype of `x0`.
    /// - Throws: ``DiffusionError`` for timesteps out of range or of another count, `TorchError` for
    ///   shapes that do not fit.
    public func addNoise(_ x0: Tensor, noise: Tensor, at timesteps: Tensor) throws -> Tensor {
        let (signal, deviation) = try levels(at: timesteps, like: x0)
        return try signal * x0 + deviation * noise
    }

    /// What the network should predict from `addNoise(x0, noise: noise, at: timesteps)`.
    ///
    /// - Parameters:
    ///   - x0: clean samples `[B, ...]`.
    ///   - noise: unit noise, shape of `x0`.
    ///   - timesteps: `[B]` integers in `0..<trainTimesteps`, or one for all.
    /// - Returns: the noise, the velocity or `x0`, by ``predictionType``.
    /// - Throws: ``DiffusionError`` for timesteps out of range or of another count, `TorchError` for
    ///   shapes that do not fit.
    public func target(_ x0: Tensor, noise: Tensor, at timesteps: Tensor) throws -> Tensor {
        switch predictionType {
        case .epsilon: return noise
        case .sample: return x0
        case .velocity:
            let (signal, deviation) = try levels(at: timesteps, like: x0)
            return try signal * noise - deviation * x0
        }
    }

    /// The clean samples that a network's prediction amounts to, by ``predictionType``.
    ///
    /// - Parameters:
    ///   - prediction: what the network says, shape of `xt`.
    ///   - xt: noisy samples `[B, ...]`.
    ///   - timesteps: `[B]` integers in `0..<trainTimesteps`, or one for all.
    /// - Returns: shape and dtype of `xt`.
    /// - Throws: ``DiffusionError`` for timesteps out of range or of another count, `TorchError` for
    ///   shapes that do not fit.
    public func clean(_ prediction: Tensor, from xt: Tensor, at timesteps: Tensor) throws -> Tensor
    {
        let (x, said) = try (wide(xt), wide(prediction.to(xt.dtype)))
        let (signal, deviation) = try levels(at: timesteps, like: x)
        let clean =
            switch predictionType {
            case .epsilon: try (x - deviation * said) / signal
            case .sample: said
            case .velocity: try signal * x - deviation * said
            }
        return try clean.to(xt.dtype)
    }

    /// The prediction whose ``clean(_:from:at:)`` lies elsewhere, for guides that change what is seen.
    ///
    /// - Parameters:
    ///   - prediction: what the network says, `[B, ...]`.
    ///   - shift: by how much the clean samples should differ, shape of `prediction`.
    ///   - timesteps: `[B]` integers in `0..<trainTimesteps`, or one for all.
    /// - Returns: shape and dtype of `prediction`.
    /// - Throws: ``DiffusionError`` for timesteps out of range or of another count, `TorchError` for
    ///   shapes that do not fit.
    public func prediction(_ prediction: Tensor, movedBy shift: Tensor, at timesteps: Tensor) throws
        -> Tensor
    {
        let said = try wide(prediction)
        let (signal, deviation) = try levels(at: timesteps, like: said)
        let moved =
            switch predictionType {
            case .epsilon: try said - signal / deviation * shift
            case .sample: try said + shift
            case .velocity: try said - shift / deviation
            }
        return try moved.to(prediction.dtype)
    }

    /// Signal-to-noise ratio alphaBar_t / (1 - alphaBar_t), for weights as in Hang et al. 2023.
    ///
    /// - Parameter timesteps: `[B]` integers in `0..<trainTimesteps`.
    /// - Returns: `[B]` `float32`, on the device of `timesteps`.
    /// - Throws: ``DiffusionError`` for timesteps out of range.
    public func snr(at timesteps: Tensor) throws -> Tensor {
        let ratios = try indices(timesteps).map { t in
            let ratio = alphasCumprod[t].squareRoot() / (1 - alphasCumprod[t]).squareRoot()
            return ratio * ratio
        }
        return try Tensor(ratios, shape: timesteps.shape, device: timesteps.device)
    }

    /// At least float32: at the first timesteps 1 - alphaBar is less than bf16 tells from 0.
    private func wide(_ x: Tensor) throws -> Tensor {
        try x.dtype == .bfloat16 || x.dtype == .float16 ? x.to(.float32) : x
    }

    /// sqrt(alphaBar) and sqrt(1 - alphaBar), `[B, 1, ...]`, in the dtype and on the device of `x`.
    private func levels(at timesteps: Tensor, like x: Tensor) throws -> (Tensor, Tensor) {
        let chosen = try indices(timesteps)
        guard chosen.count == 1 || chosen.count == x.shape.first else {
            throw DiffusionError(
                "Expected one timestep a sample of \(x.shape), found \(chosen.count).")
        }
        let shape = [chosen.count] + Array(repeating: 1, count: max(x.rank - 1, 0))
        let alphas = try Tensor(chosen.map { alphasCumprod[$0] }, shape: shape, device: x.device)
            .to(x.dtype)
        return (try alphas.sqrt(), try (1 - alphas).sqrt())
    }

    private func indices(_ timesteps: Tensor) throws -> [Int] {
        guard !timesteps.dtype.isFloatingPoint else {
            throw DiffusionError("Expected integer timesteps, found \(timesteps.dtype).")
        }
        let chosen: [Int] = try timesteps.toArray()
        if let wrong = chosen.first(where: { !alphasCumprod.indices.contains($0) }) {
            throw DiffusionError("Expected timesteps in 0..<\(trainTimesteps), found \(wrong).")
        }
        return chosen
    }
}
