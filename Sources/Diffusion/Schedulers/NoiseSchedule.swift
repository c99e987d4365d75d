import Foundation
import Torch

/// How much of a sample and how much noise there is at each training timestep.
///
/// alphaBar_t = (1 - beta_0) ... (1 - beta_t); x_t = sqrt(alphaBar_t) x0 + sqrt(1 - alphaBar_t) noise.
/// Ho et al. 2020, eq. 4. Numbers are `float32`, rounded where diffusers rounds them.
public struct NoiseSchedule: Sendable {
    /// Noise added at each timestep, in 0...1.
    public let betas: [Float]
    /// alphaBar: what is left of the clean sample's power, falling.
    public let alphasCumprod: [Float]
    /// What the network predicts.
    public let predictionType: PredictionType

    /// Number of training timesteps.
    public var trainTimesteps: Int { betas.count }

    /// The schedule of a configuration.
    ///
    /// - Throws: ``DiffusionError`` for a number of timesteps that is not in 2...1000000, for betas
    ///   that are not more than 0 and at most 1, and for trained betas of another count than the timesteps.
    public init(_ configuration: SchedulerConfiguration) throws {
        let count = configuration.trainTimesteps ?? 1000
        guard (2...1_000_000).contains(count) else {
            throw DiffusionError("Expected num_train_timesteps in 2...1000000, found \(count).")
        }
        var betas = try NoiseSchedule.betas(configuration, count: count)
        if configuration.rescaleBetasZeroSNR == true {
            betas = try NoiseSchedule.rescaledToZeroSNR(betas)
        }
        guard betas.allSatisfy({ $0 > 0 && $0 <= 1 }) else {
            throw DiffusionError("Every beta must be more than 0 and at most 1.")
        }
        self.betas = betas
        alphasCumprod = try Tensor(betas.map { 1 - $0 }).cumulativeProduct(along: 0).toArray()
        predictionType = configuration.predictionType ?? .epsilon
    }

    private static func betas(_ configuration: SchedulerConfiguration, count: Int) throws -> [Float]
    {
        if let trained = configuration.trainedBetas {
            guard trained.count == count, trained.allSatisfy({ (0...1).contains($0) }) else {
                throw DiffusionError(
                    "Expected \(count) trained_betas in 0...1, found \(trained.count) numbers.")
            }
            return trained.map(Float.init)
        }
        let start = configuration.betaStart ?? 0.0001
        let end = configuration.betaEnd ?? 0.02
        guard (0...1).contains(start), (0...1).contains(end) else {
            throw DiffusionError(
                "Expected beta_start and beta_end in 0...1, found \(start) and \(end).")
        }
        switch configuration.betaSchedule ?? .linear {
        case .linear:
            return try Tensor.linspace(from: start, to: end, count: count).toArray()
        case .scaledLinear:
            let roots = try Tensor.linspace(
                from: start.squareRoot(), to: end.squareRoot(), count: count)
            return try roots.toArray(Float.self).map { $0 * $0 }
        case .cosine:
            func alphaBar(_ t: Double) -> Double {
                let cosine = cos((t + 0.008) / 1.008 * Double.pi / 2)
                return cosine * cosine
            }
            return (0..<count).map { index in
                let now = alphaBar(Double(index) / Double(count))
                let next = alphaBar(Double(index + 1) / Double(count))
                return Float(min(1 - next / now, 0.999))
            }
        }
    }

    /// Lin et al. 2023, algorithm 1: shifts and scales the roots of alphaBar so that the last is 0
    /// and the first stays.
    private static func rescaledToZeroSNR(_ betas: [Float]) throws -> [Float] {
        let roots: [Float] = try Tensor(betas.map { 1 - $0 }).cumulativeProduct(along: 0).sqrt()
            .toArray()
        guard let first = roots.first, let last = roots.last, first > last else {
            throw DiffusionError("rescale_betas_zero_snr needs at least two timesteps.")
        }
        let scale = first / (first - last)
        let alphaBars = roots.map { root in
            let rescaled = (root - last) * scale
            return rescaled * rescaled
        }
        return alphaBars.indices.map { t in
            1 - (t == 0 ? alphaBars[0] : alphaBars[t] / alphaBars[t - 1])
        }
    }

    /// sigma_t = sqrt((1 - alphaBar_t) / alphaBar_t) of every timestep, rising.
    ///
    /// A last alphaBar of 0 counts as 2^-24, so that its sigma is 4096 and not infinite.
    func sigmas(rescaled: Bool) -> [Float] {
        var alphas = alphasCumprod
        if rescaled { alphas[alphas.count - 1] = 0x1p-24 }
        return alphas.map { ((1 - $0) / $0).squareRoot() }
    }
}
