import Foundation
import Torch

/// Unified predictor and corrector of order 1 to 3.
///
/// Zhao et al. 2023, algorithms 5 to 8 ("UniPC"). Each prediction first corrects the sample it was
/// made from, then predicts the next. Draws no noise. Works in the dtype of the sample.
struct UniPCScheduler: Scheduler {
    let steps: Int
    let timesteps: [Double]
    let initialNoiseScale = 1.0
    private let levels: [NoiseLevel]
    private let sigmas: [Float]
    private let predictionType: PredictionType
    private let solverOrder: Int
    private let predictsX0, usesBH1, lowersLast: Bool
    private let uncorrected: Set<Int>
    /// x0, or noise, of the last steps, newest first.
    private var outputs: [Tensor] = []
    /// The corrected sample of the last step, and that step's order.
    private var last: (sample: Tensor, order: Int)?
    private var order = StepOrder()

    init(_ configuration: SchedulerConfiguration, _ schedule: NoiseSchedule, steps: Int) throws {
        let ladder = try SigmaLadder(configuration, schedule, kind: .uniPC, steps: steps)
        self.steps = steps
        timesteps = ladder.timesteps
        sigmas = ladder.sigmas
        levels = sigmas.map { NoiseLevel($0) }
        predictionType = schedule.predictionType
        solverOrder = configuration.solverOrder ?? 2
        predictsX0 = configuration.predictX0 ?? true
        usesBH1 = configuration.solverType == "bh1"
        lowersLast = configuration.lowerOrderFinal ?? true
        uncorrected = Set(configuration.disableCorrector ?? [])
    }

    mutating func step(_ output: Tensor, at index: Int, sample: Tensor, noise: Tensor?) throws
        -> SchedulerStep
    {
        _ = try checkStep(output, at: index, sample: sample, noise: nil)
        try order.advance(to: index)
        let level = levels[index]
        let x0 = try predictionType.clean(
            output, sample: sample, signal: level.alpha, deviation: level.sigma)
        let converted =
            predictsX0
            ? x0
            : try predictionType.noise(
                output, sample: sample, signal: level.alpha, deviation: level.sigma)

        var sample = sample
        if let last, !uncorrected.contains(index - 1) {
            sample = try update(last.sample, to: index, order: last.order, corrected: converted)
        }
        outputs = [converted] + outputs.prefix(solverOrder - 1)
        let highest = lowersLast ? min(solverOrder, timesteps.count - index) : solverOrder
        let orderNow = min(highest, outputs.count)
        last = (sample, orderNow)
        let previous = try update(sample, to: index + 1, order: orderNow, corrected: nil)
        return SchedulerStep(previous: previous, predictedOriginal: x0)
    }

    /// From level `target - 1` to `target`: predicts, or with `corrected`, the output at `target`,
    /// corrects.
    private func update(_ sample: Tensor, to target: Int, order: Int, corrected: Tensor?) throws
        -> Tensor
    {
        let now = levels[target - 1]
        let next = levels[target]
        let h = next.lambda - now.lambda
        let signed = predictsX0 ? -h : h
        let phi = expm1(signed)
        let scale = usesBH1 ? signed : phi
        let ratios = (1..<max(order, 1)).map { (levels[target - 1 - $0].lambda - now.lambda) / h }
        let rhos = UniPCScheduler.weights(
            ratios, step: signed, scale: scale, order: order, corrects: corrected != nil)

        let newest = outputs[0]
        let outer = predictsX0 ? next.alpha : next.sigma
        let carried = predictsX0 ? next.sigma / now.sigma : next.alpha / now.alpha
        var result = try sample * Double(carried) - newest * Double(outer * phi)
        var terms = try ratios.enumerated().map { age, ratio in
            try (outputs[age + 1] - newest) / Double(ratio) * Double(rhos[age])
        }
        if let corrected, let rho = rhos.last {
            terms.append(try (corrected - newest) * Double(rho))
        }
        if var sum = terms.first {
            for term in terms.dropFirst() { sum = try sum + term }
            result = try result - sum * Double(outer * scale)
        }
        return try result.to(sample.dtype)
    }

    /// Weights of the differences: the solution of R rho = b of the paper, eq. 11.
    private static func weights(
        _ ratios: [Float], step: Float, scale: Float, order: Int, corrects: Bool
    ) -> [Double] {
        let size = corrects ? order : order - 1
        if size == 0 { return [] }
        if size == 1 { return [0.5] }
        var phi = expm1(step) / step - 1
        var factorial: Float = 1
        var sides: [Double] = []
        for power in 1...size {
            sides.append(Double(phi * factorial / scale))
            factorial *= Float(power + 1)
            phi = phi / step - 1 / factorial
        }
        let nodes = Array((ratios + [1]).prefix(size)).map(Double.init)
        return vandermonde(nodes, sides)
    }

    /// Solves sum_j nodes[j]^i x[j] = sides[i], by elimination; nodes differ.
    private static func vandermonde(_ nodes: [Double], _ sides: [Double]) -> [Double] {
        let size = nodes.count
        var rows = (0..<size).map { power in nodes.map { pow($0, Double(power)) } + [sides[power]] }
        for pivot in 0..<size {
            for row in 0..<size where row != pivot {
                let factor = rows[row][pivot] / rows[pivot][pivot]
                for column in pivot...size { rows[row][column] -= factor * rows[pivot][column] }
            }
        }
        return (0..<size).map { rows[$0][size] / rows[$0][$0] }
    }

    func noised(_ sample: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        try checkIndex(index)
        return try sigmas[index].mixed(sample, noise)
    }

    var state: [String: Tensor] {
        guard let last, let order = try? Tensor([last.order]) else { return [:] }
        return saved(outputs).merging(["last_sample": last.sample, "order": order]) { $1 }
    }

    mutating func restore(_ state: [String: Tensor], at index: Int) throws {
        var rest = state
        let sample = rest.removeValue(forKey: "last_sample")
        let saved = try rest.removeValue(forKey: "order")?.integerItem()
        let found = try history(rest, limit: solverOrder)
        guard (sample == nil) == (saved == nil), (sample == nil) == found.isEmpty,
            (1...max(found.count, 1)).contains(saved ?? 1)
        else { throw foreignState(state) }
        outputs = found
        last = sample.flatMap { sample in saved.map { (sample, $0) } }
        order.restart(at: index, fresh: state.isEmpty)
    }
}
