import Diffusion
import TestSupport
import Testing
import Torch

@Suite struct FeatureHooksTests {
    let network: NetworkCase
    let plain: Tensor

    init() throws {
        network = try #require(try NetworkCase.all(in: "unet").first { $0.name == "sd15" })
        plain = try #require(try network.run(network.parameters())["sample"])
    }

    private func sample(_ hooks: FeatureHooks) throws -> Tensor {
        try #require(try network.run(network.parameters(), hooks: hooks)["sample"])
    }

    static let names = [
        "conv_in", "down_blocks.1", "down_blocks.0.attentions.1", "down_blocks.3.resnets.0",
        "down_blocks.0.attentions.0.transformer_blocks.0.attn1",
        "down_blocks.0.attentions.0.transformer_blocks.0.attn1.context",
        "up_blocks.1.attentions.0.transformer_blocks.0.attn2.context",
        "down_block_res_samples.0", "down_block_res_samples.11", "mid_block",
        "mid_block_res_sample", "up_blocks.3", "conv_out",
    ]

    @Test(arguments: names) func aReplacedValueGoesOn(_ name: String) throws {
        var calls = 0
        let changed = try sample(
            FeatureHooks { found, value in
                guard found == name else { return nil }
                calls += 1
                // Not a factor: the normalisation after it would undo that.
                return try value.tanh()
            })
        #expect(calls == 1)
        try expectFar(changed, plain, beyond: 1e-4, name)
        let same = try sample(FeatureHooks { found, value in found == name ? value : nil })
        #expect(try Closeness(same, plain).maxError == 0)
    }

    @Test func aRecorderSeesSkipsAndContexts() throws {
        let recorder = FeatureRecorder { name in
            name.hasPrefix("down_block_res_samples.") || name == "mid_block_res_sample"
                || name.hasSuffix(".attn1.context")
        }
        let result = try sample(recorder.hooks)
        #expect(try Closeness(result, plain).maxError == 0)
        let names = recorder.features.keys
        #expect(names.count { $0.hasPrefix("down_block_res_samples.") } == 12)
        #expect(names.contains("mid_block_res_sample"))
        // Six attentions down, one in the middle, nine up.
        #expect(names.count { $0.hasSuffix(".attn1.context") } == 16)
        let context = try #require(
            recorder.features["up_blocks.3.attentions.2.transformer_blocks.0.attn1.context"])
        #expect(context.shape == [2, 16 * 16, 16])
    }

    @Test func hooksFollowOneAnother() throws {
        let double = FeatureHooks { name, value in name == "conv_out" ? try value * 2 : nil }
        let shift = FeatureHooks { name, value in name == "conv_out" ? try value + 1 : nil }
        try expectClose(sample(double.then(shift)), plain * 2 + 1)
        try expectClose(sample(shift.then(double)), (plain + 1) * 2)
        try expectClose(sample(FeatureHooks.none.then(double).then(.none)), plain * 2)
    }
}
