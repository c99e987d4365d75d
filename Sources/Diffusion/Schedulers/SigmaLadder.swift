import Foundation

/// The noise levels of a run for the methods that work on sigma: x_t = x0 + sigma noise, rescaled.
struct SigmaLadder {
    /// One a step, falling, then the last level.
    let sigmas: [Float]
    /// The timestep that each step's level belongs to.
    let timesteps: [Double]
    /// Logarithms of the noise levels of all training timesteps.
    private let logs: [Float]

    /// The ladder of a configuration.
    ///
    /// - Throws: ``DiffusionError`` for more steps than there are different levels.
    init(
        _ configuration: SchedulerConfiguration, _ schedule: NoiseSchedule, kind: SchedulerKind,
        steps: Int
    ) throws {
        let table = schedule.sigmas(rescaled: configuration.rescaleBetasZeroSNR == true)
        let logs = table.map { log($0) }
        self.logs = logs
        var last = table.count
        if kind != .uniPC, kind.isMultistep, let least = configuration.lambdaMinClipped {
            last -= table.filter { Double(NoiseLevel($0).lambda) < least }.count
        }
        let spacing = configuration.timestepSpacing ?? kind.defaultSpacing
        var timesteps = spacing.timesteps(
            steps, of: table.count, last: last, offset: configuration.stepsOffset ?? 0,
            extra: !kind.isMultistep || spacing == .trailing ? 0 : 1,
            fractional: !kind.isMultistep)
        let spread = kind.spreadsSigmas ? configuration.spread : .timesteps
        var levels: [Double]
        if spread != .timesteps && kind.isMultistep {
            levels = table.reversed().map(Double.init)
        } else {
            try kind.checkTimesteps(timesteps, of: table.count)
            levels = timesteps.map { SigmaLadder.interpolated(table, at: $0) }
        }
        if spread != .timesteps {
            let greatest = configuration.sigmaMax ?? levels[0]
            let least = configuration.sigmaMin ?? levels[levels.count - 1]
            let count = kind.isMultistep ? steps : levels.count
            switch spread {
            case .timesteps: break
            case .karras: levels = SigmaLadder.karras(from: greatest, to: least, count: count)
            case .exponential:
                levels = SigmaLadder.exponential(from: greatest, to: least, count: count)
            case .alignYourSteps:
                levels = try SigmaLadder.between(configuration.sigmaKnots ?? [], count: count)
            }
            timesteps = levels.map { level in
                let timestep = SigmaLadder.timestep(of: level, logs: logs)
                return kind.rounded(timestep, spread, configuration.betaSchedule)
            }
        }
        let ends =
            (kind == .euler || kind.isMultistep) && configuration.finalSigma == .smallest
        sigmas = levels.map(Float.init) + [ends ? table[0] : 0]
        self.timesteps = timesteps
        let strict = kind == .uniPC ? sigmas : Array(sigmas.dropLast())
        guard zip(strict, strict.dropFirst()).allSatisfy(>), sigmas.allSatisfy(\.isFinite) else {
            throw DiffusionError(
                "\(kind.className): two of \(steps) steps have the same noise level; take fewer"
                    + (ends ? ", or final_sigmas_type zero." : "."))
        }
    }

    /// The timestep, with its fraction, whose noise level this is.
    func timestep(of sigma: Double) -> Double { SigmaLadder.timestep(of: sigma, logs: logs) }

    /// Linear between the table's entries.
    private static func interpolated(_ table: [Float], at timestep: Double) -> Double {
        let low = min(Int(timestep), table.count - 1)
        let high = min(low + 1, table.count - 1)
        let slope = Double(table[high]) - Double(table[low])
        return slope * (timestep - Double(low)) + Double(table[low])
    }

    /// Karras et al. 2022, eq. 5, with rho 7.
    private static func karras(from greatest: Double, to least: Double, count: Int) -> [Double] {
        let rho = 7.0
        let start = pow(greatest, 1 / rho)
        let end = pow(least, 1 / rho)
        return (0..<count).map { index in
            let isLast = index > 0 && index == count - 1
            let ramp = isLast ? 1 : Double(index) * (1 / Double(max(count - 1, 1)))
            return pow(start + ramp * (end - start), rho)
        }
    }

    private static func exponential(
        from greatest: Double, to least: Double, count: Int
    ) -> [Double] {
        let (start, end) = (log(greatest), log(least))
        let step = (end - start) / Double(max(count - 1, 1))
        return (0..<count).map { index in
            exp(index > 0 && index == count - 1 ? end : start + Double(index) * step)
        }
    }

    /// Evenly along the logarithms of falling levels, all but the last, where the run ends.
    private static func between(_ knots: [Double], count: Int) throws -> [Double] {
        guard knots.count >= 2, zip(knots, knots.dropFirst()).allSatisfy(>), knots.last ?? 0 > 0
        else {
            throw DiffusionError(
                "Expected two or more noise levels, falling and positive, to spread steps between, "
                    + "found \(knots).")
        }
        let gaps = knots.count - 1
        return (0..<count).map { index in
            let place = Double(index * gaps) / Double(count)
            let low = min(Int(place), gaps - 1)
            let share = place - Double(low)
            guard share > 0 else { return knots[low] }
            return exp(log(knots[low]) * (1 - share) + log(knots[low + 1]) * share)
        }
    }

    /// The timestep, with its fraction, whose noise level this is; `logs` rise.
    private static func timestep(of sigma: Double, logs: [Float]) -> Double {
        let value = log(max(sigma, 1e-10))
        let found = logs.lastIndex { Double($0) <= value } ?? 0
        let low = min(found, logs.count - 2)
        let weight = (Double(logs[low]) - value) / Double(logs[low] - logs[low + 1])
        let clamped = min(max(weight, 0), 1)
        return (1 - clamped) * Double(low) + clamped * Double(low + 1)
    }
}

extension SchedulerKind {
    /// A timestep that was found from a noise level, as far as the published class keeps its fraction.
    fileprivate func rounded(
        _ timestep: Double, _ spread: SigmaSpread, _ betas: BetaSchedule?
    ) -> Double {
        switch (self, spread) {
        case (.euler, _), (.heun, _): return Double(Float(timestep))
        case (.dpmppSDE, _), (_, .alignYourSteps): return timestep
        case (.uniPC, .karras): return timestep.rounded(.toNearestOrEven)
        case (_, .karras):
            return betas == .cosine
                ? timestep.rounded(.down) : timestep.rounded(.toNearestOrEven)
        default: return timestep.rounded(.down)
        }
    }
}

/// One noise level as the multistep solvers see it: x_t = alpha x0 + sigma noise, alpha^2 + sigma^2 = 1.
struct NoiseLevel {
    /// Weight of the clean sample.
    let alpha: Float
    /// Weight of the noise.
    let sigma: Float
    /// log(alpha / sigma): the solvers' time; infinite without noise. Lu et al. 2022, section 2.
    let lambda: Float

    /// The level where the noise is `ratio` times as strong as the clean sample.
    init(_ ratio: Float) {
        alpha = 1 / (ratio * ratio + 1).squareRoot()
        sigma = ratio * alpha
        lambda = log(alpha) - log(sigma)
    }
}
