import Layers
import Torch
import Training

/// A two-layer network that learns a sine: everything a trainer needs, in microseconds a step.
final class SmallTask: TrainingTask {
    struct Points: BatchSource {
        let batchSize: Int
        let seeds: StepSeed

        func batch(at step: Int) throws -> [Float] {
            var random = StepRandom(seed: seeds("points", step))
            return (0..<batchSize).map { _ in Float(random.unit() * 6 - 3) }
        }
    }

    let store: ParameterStore
    let batches: any BatchSource<[Float]>
    private let first, second: Linear
    private let norm: BatchNorm
    /// Makes the loss no number at a step.
    var breaksAt: Int?

    init(seed: UInt64 = 1, batchSize: Int = 8) throws {
        store = try ParameterStore(generator: Generator(seed: seed))
        first = Linear(store.root / "first", in: 1, out: 16)
        norm = BatchNorm(store.root / "norm", channels: 16)
        second = Linear(store.root / "second", in: 16, out: 1)
        try store.finish()
        try store.train()
        batches = Points(batchSize: batchSize, seeds: StepSeed(seed))
    }

    func losses(_ batch: [Float], _ step: TrainingStep) throws -> LossTerms {
        let x = try Tensor(batch, shape: [batch.count, 1])
        // Noise from the step's own generator: resuming must draw the same.
        let noise = try Tensor.randn([batch.count, 1], generator: step.generator("noise"))
        let h = try norm(first(x + noise * 0.01).tanh(), training: true)
        var error = try (second(h) - x.sin()).square().mean()
        if step.number == breaksAt { error = try error / 0 }
        var terms = LossTerms()
        try terms.add("square", error)
        terms.report("spread", try h.detached().standardDeviation())
        return terms
    }
}

extension ParameterStore {
    /// Every value, in order.
    func numbers() throws -> [Float] { try entries.flatMap { try $0.tensor.toArray(Float.self) } }
}
