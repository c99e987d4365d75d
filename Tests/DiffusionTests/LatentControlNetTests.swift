import Diffusion
import Layers
import TestSupport
import Testing
import Torch

@Suite struct LatentControlNetTests {
    @Test func shallowFeaturesAreThoseOfTheWholeNetwork() throws {
        let part = try #require(
            PublishedModel.icPortrait.components(tiny: true).first { $0.network == .unet })
        let file = try ConfigurationFile(
            bytes: Array(#require(part.configuration).utf8), from: "config.json")
        let store = try ParameterStore(generator: Generator(seed: 1))
        let configuration = try UNet2DConditionConfiguration(file)
        let net = LatentControlNet(store.root, configuration, conditionStart: .normal(std: 0.1))
        try store.finish()
        func draw(_ shape: [Int], _ seed: UInt64) throws -> Tensor {
            try .randn(shape, generator: Generator(seed: seed))
        }
        let (canvas, condition) = (try draw([1, 4, 8, 16], 2), try draw([1, 4, 8, 16], 3))
        let context = try draw([1, 1, configuration.crossAttentionDim], 4)
        try noGrad {
            let time = try Tensor(Int64(20))
            let whole = try net(canvas, timestep: time, context: context, condition: condition)
            for last in [-1, 0, 2, 99] {
                let (own, flops) = try FlopCount.measure {
                    try net.features(
                        canvas, timestep: time, context: context, condition: condition,
                        throughDownBlock: last)
                }
                let wanted = net.lastFeature(ofDownBlock: max(last, 0)) ?? own.count - 1
                #expect(own.indices.contains(wanted) && flops > 0)
                // The middle's features are the whole network's last.
                #expect(own.count < whole.features.count)
                for (own, expected) in zip(own, whole.features) {
                    #expect(try own.isEqual(to: expected))
                }
            }
        }
    }
}
