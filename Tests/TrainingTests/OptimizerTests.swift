import Foundation
import Layers
import TestSupport
import Testing
import Torch
import Training

@Suite struct OptimizerTests {
    /// A store of one matrix and one vector, with gradients that a step fixes.
    private func store() throws -> ParameterStore {
        let store = try ParameterStore(generator: Generator(seed: 3))
        _ = store.root.parameter("matrix", [3, 4], .normal(std: 1))
        _ = store.root.parameter("vector", [5], .normal(std: 1))
        try store.finish()
        try store.train()
        return store
    }

    private func setGradients(_ store: ParameterStore, step: Int) throws {
        let generator = try Generator(seed: UInt64(100 + step))
        for entry in store.entries {
            try entry.tensor.setGrad(.randn(entry.tensor.shape, generator: generator))
        }
    }

    /// The rule as the papers write it, one number at a time in float64.
    private func written(
        _ settings: OptimizerSettings, steps: Int, rate: Double
    ) throws -> [String: [Double]] {
        let store = try store()
        var values = Dictionary(
            uniqueKeysWithValues: try store.entries.map {
                ($0.name, try $0.tensor.toArray(Double.self))
            })
        var first: [String: [Double]] = [:]
        var second: [String: [Double]] = [:]
        for step in 1...steps {
            try setGradients(store, step: step)
            for entry in store.entries {
                let name = entry.name
                let gradients = try entry.tensor.grad()?.toArray(Double.self) ?? []
                let decays = settings.decaysVectors || entry.tensor.rank > 1
                let decay = decays ? settings.weightDecay : 0
                for index in gradients.indices {
                    var w = values[name]?[index] ?? 0
                    var g = gradients[index]
                    if settings.kind == .adamw { w -= rate * decay * w } else { g += decay * w }
                    var m = first[name]?[index] ?? 0
                    if settings.kind == .sgd {
                        m = step == 1 ? g : settings.momentum * m + g
                        w -= rate * (settings.nesterov ? g + settings.momentum * m : m)
                    } else {
                        var v = second[name]?[index] ?? 0
                        m = settings.beta1 * m + (1 - settings.beta1) * g
                        v = settings.beta2 * v + (1 - settings.beta2) * g * g
                        let mHat = m / (1 - pow(settings.beta1, Double(step)))
                        let vHat = v / (1 - pow(settings.beta2, Double(step)))
                        w -= rate * mHat / (vHat.squareRoot() + settings.epsilon)
                        second[name, default: Array(repeating: 0, count: gradients.count)][index] =
                            v
                    }
                    first[name, default: Array(repeating: 0, count: gradients.count)][index] = m
                    values[name]?[index] = w
                }
            }
        }
        return values
    }

    private func largestError(_ settings: OptimizerSettings, against: OptimizerSettings) throws
        -> Double
    {
        let store = try store()
        let optimizer = try Optimizer(store, settings)
        for step in 1...5 {
            try setGradients(store, step: step)
            try optimizer.step(rate: 0.05)
        }
        let expected = try written(against, steps: 5, rate: 0.05)
        var error = 0.0
        for entry in store.entries {
            let found: [Double] = try entry.tensor.toArray()
            for (a, b) in zip(found, expected[entry.name] ?? []) { error = max(error, abs(a - b)) }
        }
        return error
    }

    @Test(arguments: OptimizerSettings.Kind.allCases, [true, false])
    func followsThePapersRule(_ kind: OptimizerSettings.Kind, _ decaysVectors: Bool) throws {
        var settings = OptimizerSettings()
        settings.kind = kind
        settings.weightDecay = 0.1
        settings.decaysVectors = decaysVectors
        #expect(try largestError(settings, against: settings) < 1e-5)
        var other = settings
        other.weightDecay = 0.2
        #expect(try largestError(settings, against: other) > 1e-4)
    }

    @Test func looksAheadWithNesterov() throws {
        var settings = OptimizerSettings()
        settings.kind = .sgd
        settings.nesterov = true
        #expect(try largestError(settings, against: settings) < 1e-5)
        var plain = settings
        plain.nesterov = false
        #expect(try largestError(settings, against: plain) > 1e-3)
    }

    @Test func goesOnFromItsState() throws {
        let (one, two) = (try store(), try store())
        let first = try Optimizer(one, .init())
        for step in 1...3 {
            try setGradients(one, step: step)
            try first.step(rate: 0.1)
        }
        let second = try Optimizer(two, .init())
        try second.restore(try first.state())
        try noGrad {
            for entry in one.entries { try two[entry.name]?.detached().copy(from: entry.tensor) }
        }
        #expect(second.stepCount == 3)
        for (store, optimizer) in [(one, first), (two, second)] {
            try setGradients(store, step: 4)
            try optimizer.step(rate: 0.1)
        }
        #expect(try one.numbers() == two.numbers())
    }

    @Test func refusesAnotherOptimizersState() throws {
        var sgd = OptimizerSettings()
        sgd.kind = .sgd
        let state = try Optimizer(store(), sgd).state()
        let error = #expect(throws: TrainingError.self) {
            try Optimizer(store(), .init()).restore(state)
        }
        #expect(error?.description.contains("the state of adamw for 2 parameters") == true)
    }

    @Test func shortensGradientsAsOneVector() throws {
        let store = try store()
        try setGradients(store, step: 1)
        let before: [Double] = try store.entries.flatMap {
            try $0.tensor.grad()?.toArray(Double.self) ?? []
        }
        let length = before.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let optimizer = try Optimizer(store, .init())
        #expect(try abs(optimizer.clipGradients(to: 1).item() - length) < 1e-5)
        let after: [Double] = try store.entries.flatMap {
            try $0.tensor.grad()?.toArray(Double.self) ?? []
        }
        for (a, b) in zip(after, before) { #expect(abs(a - b / (length + 1e-6)) < 1e-6) }
        // Below the limit nothing changes.
        #expect(try abs(optimizer.clipGradients(to: 2).item() - 1) < 1e-4)
    }

    @Test func aFrozenStoreIsAMistake() throws {
        let store = try store()
        try store.freeze()
        #expect(throws: TrainingError.self) { try Optimizer(store, .init()) }
    }
}
