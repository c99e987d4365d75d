import Diffusion
import Layers
import TestSupport
import Testing
import Torch

/// Guidance asks for the same pictures under several texts; what they share is computed once.
@Suite struct GuidedBatchTests {
    private func file(_ kind: PublishedModel, _ network: NetworkKind) throws -> ConfigurationFile {
        let part = try #require(
            kind.components(tiny: true).first { $0.network == network })
        return try ConfigurationFile(
            bytes: Array(#require(part.configuration).utf8), from: "config.json")
    }

    /// A network with made-up weights in double precision, where sums in another order do not show.
    private func made<Network>(
        _ shapes: ParameterStore, _ make: (Scope) throws -> Network
    ) throws -> Network {
        let store = try ParameterStore(loading: SeededParameters(like: shapes, seed: 3))
        let network = try make(store.root)
        try store.finish()
        try store.move(dtype: .float64)
        return network
    }

    private func unet(_ kind: PublishedModel) throws -> UNet2DCondition {
        try made(NetworkKind.unet.shapes(file(kind, .unet))) {
            UNet2DCondition($0, try UNet2DConditionConfiguration(file(kind, .unet)))
        }
    }

    private func draw(_ shape: [Int], _ seed: UInt64) throws -> Tensor {
        try Tensor.randn(shape, generator: Generator(seed: seed), dtype: .float64)
    }

    private let times: [Int64] = [3, 700]

    @Test func twoTextsOverTwoPicturesAreFourOfEach() throws {
        let unet = try unet(.sd15)
        let (sample, context) = (try draw([2, 4, 12, 20], 1), try draw([4, 7, 32], 2))
        try noGrad {
            func predicted(_ copies: Int, _ context: Tensor) throws -> Tensor {
                try unet(
                    sample.tiled([copies, 1, 1, 1]),
                    timestep: Tensor(Array(repeatElement(times, count: copies).joined())),
                    context: context)
            }
            let (shared, whole) = try (
                FlopCount.measure { try predicted(1, context) },
                FlopCount.measure { try predicted(2, context) }
            )
            try expectClose(shared.result, whole.result, within: 1e-12)
            #expect(shared.flops < whole.flops)
            // Each text keeps its own pictures.
            let turned = try Tensor.cat(Array(context.chunked(2).reversed()))
            try expectFar(predicted(1, turned), whole.result)
        }
    }

    @Test func controlsOfFewerPicturesAreThoseOfAll() throws {
        let configuration = try file(.sd15ControlNet, .controlNet)
        let net = try made(NetworkKind.controlNet.shapes(configuration)) {
            ControlNet(
                $0, try ControlNetConfiguration(file(.sd15ControlNet, .controlNet)))
        }
        let unet = try unet(.sd15)
        let (sample, context) = (try draw([2, 4, 12, 20], 1), try draw([4, 7, 32], 2))
        let picture = try draw([2, 3, 96, 160], 4)
        try noGrad {
            func residuals(_ copies: Int, _ context: Tensor, guess: Bool = false) throws
                -> ControlResiduals
            {
                try net(
                    sample.tiled([copies, 1, 1, 1]),
                    timestep: Tensor(Array(repeatElement(times, count: copies).joined())),
                    context: context, condition: picture.tiled([copies, 1, 1, 1]), guess: guess)
            }
            let (few, all) = try (residuals(1, context), residuals(2, context))
            try expectClose(few.mid, all.mid, within: 1e-12)
            for (few, all) in zip(few.down, all.down) {
                try expectClose(few.tiled([4 / few.shape[0], 1, 1, 1]), all, within: 1e-12)
            }
            #expect(few.down[0].shape[0] == 2 && few.down[1].shape[0] == 4)
            // Residuals that leave one text alone are of all pictures from the first skip on.
            let half = try residuals(1, context.chunked(2)[1], guess: true)
            func beside(_ map: Tensor) throws -> Tensor { try .cat([map.zerosLike(), map]) }
            let alone = ControlResiduals(
                down: try half.down.map(beside), mid: try beside(half.mid))
            let sum = try #require(try ControlResiduals.sum([few, alone]))
            let expected = try #require(try ControlResiduals.sum([all, alone]))
            try expectClose(
                unet(sample, timestep: Tensor(times), context: context, residuals: sum),
                unet(
                    sample.tiled([2, 1, 1, 1]), timestep: Tensor(times + times),
                    context: context, residuals: expected), within: 1e-12)
        }
    }

    @Test func addedConditionsAreOfEveryText() throws {
        let unet = try unet(.sdxl)
        let (sample, context) = (try draw([1, 4, 12, 12], 1), try draw([2, 7, 96], 2))
        let added = AddedConditions(
            textEmbeds: try draw([2, 48], 5), timeIds: try draw([2, 6], 6))
        try noGrad {
            let shared = try unet(
                sample, timestep: Tensor(Int64(9)), context: context, added: added)
            for (place, one) in try shared.chunked(2).enumerated() {
                let own = AddedConditions(
                    textEmbeds: try added.textEmbeds[place..<place + 1],
                    timeIds: try added.timeIds[place..<place + 1])
                try expectClose(
                    unet(
                        sample, timestep: Tensor(Int64(9)), context: context[place..<place + 1],
                        added: own), one, within: 1e-12)
            }
        }
    }

    @Test func aNetworkThatLooksAtTheTextLateOrNeverIsRight() throws {
        for (down, middle, up) in [
            ("CrossAttnDownBlock2D", "UNetMidBlock2DCrossAttn", "CrossAttnUpBlock2D"),
            ("DownBlock2D", "UNetMidBlock2D", "UpBlock2D"),
        ] {
            let text = """
                {"attention_head_dim": 2, "block_out_channels": [8, 16], "cross_attention_dim": 6,
                 "down_block_types": ["DownBlock2D", "\(down)"], "layers_per_block": 1,
                 "mid_block_type": "\(middle)", "norm_num_groups": 4,
                 "up_block_types": ["\(up)", "UpBlock2D"]}
                """
            func file() throws -> ConfigurationFile {
                try ConfigurationFile(bytes: Array(text.utf8), from: "config.json")
            }
            let unet = try made(NetworkKind.unet.shapes(file())) {
                UNet2DCondition($0, try UNet2DConditionConfiguration(file()))
            }
            let (sample, context) = (try draw([1, 4, 8, 8], 1), try draw([3, 5, 6], 2))
            try noGrad {
                try expectClose(
                    unet(sample, timestep: Tensor([9] as [Int64]), context: context),
                    unet(
                        sample.tiled([3, 1, 1, 1]), timestep: Tensor([9, 9, 9] as [Int64]),
                        context: context), within: 1e-12)
            }
        }
    }
}
