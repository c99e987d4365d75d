import Diffusion
import ICPortrait
import Testing
import Torch

@Suite struct AppearanceBlendTests {
    @Test func weightsFallFromTheSumToBeta() {
        let weights = AppearanceBlend().weights(levels: 12)
        #expect(weights.count == 13)
        #expect(abs(weights[0] - 1) < 1e-12 && abs(weights[12] - 0.2) < 1e-12)
        for (level, weight) in weights.enumerated() {
            #expect(abs(weight - ((1 - Double(level) / 12) * 0.8 + 0.2)) < 1e-12)
        }
    }

    @Test func withoutAnnealingTheMeanStays() {
        let annealed = AppearanceBlend().weights(levels: 6)
        var blend = AppearanceBlend()
        blend.shape = .even
        let even = blend.weights(levels: 6)
        #expect(Set(even).count == 1)
        #expect(abs(even.reduce(0, +) - annealed.reduce(0, +)) < 1e-12)
        blend.shape = .full
        #expect(blend.weights(levels: 6) == Array(repeating: 1, count: 7))
    }

    @Test func onlyTheTargetsHalfChanges() throws {
        let generator = try Generator(seed: 1)
        func map(_ side: Int) throws -> Tensor {
            try .randn([2, 3, side, 2 * side], generator: generator)
        }
        let residuals = try ControlResiduals(down: [map(8), map(4)], mid: map(4))
        let flow = DenseFlow(cells: try Tensor.randn([2, 2, 4, 4], generator: generator))
        for side in [Canvas.Side.left, .right] {
            let blended = try AppearanceBlend()(residuals, flow: flow, targetOn: side)
            for (before, after) in zip(
                residuals.down + [residuals.mid], blended.down + [blended.mid])
            {
                let (old, new) = (
                    Canvas(before, targetOn: side), Canvas(after, targetOn: side)
                )
                #expect(try new.profile.isEqual(to: old.profile))
                #expect(try !new.target.isEqual(to: old.target))
            }
        }
    }

    @Test func aMatchOfNoConfidenceBringsNothing() throws {
        let generator = try Generator(seed: 1)
        let map = try Tensor.randn([1, 3, 4, 8], generator: generator)
        let residuals = ControlResiduals(down: [map], mid: map)
        let flow = DenseFlow(cells: try Tensor.zeros([1, 2, 4, 4]))
        let blended = try AppearanceBlend()(
            residuals, flow: flow, confidence: .zeros([1, 1, 4, 4]))
        #expect(try blended.mid.isEqual(to: map))
    }
}
