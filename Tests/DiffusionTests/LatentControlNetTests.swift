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
            let (whole, work) = try FlopCount.measure {
                try net(canvas, timestep: time, context: context, condition: condition)
            }
            for last in [-1, 0, 2, 99] {
                let (own, flops) = try FlopCount.measure {
                    try net.features(
                        canvas, timestep: time, context: context, condition: condition,
                        throughDownBlock: last)
                }
                // Up to the block's last feature, and what it gives shrunk; at most all but the middle.
                let wanted = net.lastFeature(ofDownBlock: max(last, 0)).map { $0 + 2 }
                #expect(own.count == wanted ?? whole.features.count - 1)
                #expect(last > 0 ? flops < work : flops < 0.75 * work, "\(flops / work)")
                for (own, expected) in zip(own, whole.features) {
                    #expect(try own.isEqual(to: expected))
                }
            }
        }
    }
}
