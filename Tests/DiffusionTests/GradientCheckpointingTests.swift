import Diffusion
import Layers
import TestSupport
import Testing
import Torch

@Suite(.serialized) struct GradientCheckpointingTests {
    /// The tiny SD1.5 UNet with made-up weights.
    private func model() throws -> (UNet2DCondition, ParameterStore) {
        let part = try #require(
            PublishedModel.sd15.components(tiny: true).first {
                $0.network == .unet
            })
        func file() throws -> ConfigurationFile {
            try ConfigurationFile(
                bytes: Array(#require(part.configuration).utf8), from: "config.json")
        }
        let shapes = try NetworkKind.unet.shapes(file())
        let store = try ParameterStore(loading: SeededParameters(like: shapes, seed: 3))
        let unet = UNet2DCondition(store.root, try UNet2DConditionConfiguration(file()))
        try store.finish()
        return (unet, store)
    }

    private struct Pass {
        let gradients: [String: Tensor]
        let context: Tensor
        let peak: Int
    }

    private func pass(_ unet: UNet2DCondition, _ store: ParameterStore, side: Int = 12) throws
        -> Pass
    {
        try store.clearGradients()
        let g = try Generator(seed: 4)
        let dtype = try #require(store.entries.first).tensor.dtype
        let x = try Tensor.randn([2, 4, side, side], generator: g, dtype: dtype)
        let context = try Tensor.randn([2, 7, 32], generator: g, dtype: dtype).requiresGrad(true)
        let peak = try MemoryStatistics.measureThread {
            try unet(x, timestep: Tensor([3, 700] as [Int64]), context: context).square().mean()
                .backward()
        }.growth
        var gradients: [String: Tensor] = [:]
        for entry in store.entries { gradients[entry.name] = try entry.tensor.grad() }
        return Pass(gradients: gradients, context: try #require(try context.grad()), peak: peak)
    }

    @Test func gradientsAreThoseOfThePlainPass() throws {
        var (unet, store) = try model()
        // In double precision: sums in another order differ only where nothing else does.
        try store.move(dtype: .float64)
        try store.train()
        let plain = try pass(unet, store)
        unet.checkpoints = true
        let repeated = try pass(unet, store)
        #expect(plain.gradients.count == store.entries.count)
        #expect(repeated.gradients.count == store.entries.count)
        let scale = try plain.gradients.values.map { try $0.abs().max().item() }.max() ?? 0
        #expect(scale > 1e-3)
        for (name, gradient) in plain.gradients {
            let other = try #require(repeated.gradients[name])
            // Some are zero but for rounding: biases before a normalisation.
            #expect(try (other - gradient).abs().max().item() < 1e-12 * scale, "\(name)")
        }
        try expectClose(repeated.context, plain.context, within: 1e-12)
    }

    @Test func theMostMemoryAtOnceIsLess() throws {
        var (unet, store) = try model()
        try store.train()
        let plain = try pass(unet, store, side: 32).peak
        unet.checkpoints = true
        let repeated = try pass(unet, store, side: 32).peak
        #expect(Double(repeated) < 0.9 * Double(plain), "\(repeated) of \(plain)")
    }

    @Test func withoutGradientsNothingChanges() throws {
        var (unet, _) = try model()
        let x = try Tensor.randn([1, 4, 9, 11], generator: Generator(seed: 1))
        let context = try Tensor.randn([1, 7, 32], generator: Generator(seed: 2))
        func run() throws -> Tensor {
            try noGrad { try unet(x, timestep: Tensor(5.0 as Float), context: context) }
        }
        let plain = try run()
        unet.checkpoints = true
        #expect(try run().isEqual(to: plain))
    }
}
