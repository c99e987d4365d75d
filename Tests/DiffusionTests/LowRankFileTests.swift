import Checkpoints
import Diffusion
import Layers
import TestSupport
import Testing
import Torch

/// Files of low-rank adapters, written and read.
@Suite struct LowRankFileTests {
    private let folder: Folder
    private let store: ParameterStore
    private let text: ParameterStore

    init() throws {
        folder = try Folder()
        var stores: [NetworkKind: ParameterStore] = [:]
        for part in PublishedModel.sd15.components(tiny: true) {
            guard let kind = part.network, let json = part.configuration else { continue }
            let file = try ConfigurationFile(bytes: Array(json.utf8), from: "config.json")
            stores[kind] = try kind.shapes(file)
        }
        store = try #require(stores[.unet])
        text = try #require(stores[.clipText])
    }

    private var networks: [AdaptedNetwork] {
        [
            AdaptedNetwork(
                "unet", store, layers: AdaptedNetwork.attention + AdaptedNetwork.convolutions),
            AdaptedNetwork("text_encoder", text, layers: AdaptedNetwork.textAttention),
        ]
    }

    private func adapters() throws -> LowRankAdapters {
        let generator = try Generator(seed: 6)
        let set = try LowRankAdapters(into: networks, rank: 2, alpha: 3, generator: generator)
        for entry in set.store.entries where entry.name.hasSuffix("lora_B.weight") {
            try entry.tensor.copy(from: .randn(entry.tensor.shape, generator: generator))
        }
        return set
    }

    @Test(arguments: LowRankLayout.allCases)
    func whatIsWrittenIsReadBack(_ layout: LowRankLayout) throws {
        let set = try adapters()
        let path = folder.file("lora.safetensors")
        try set.write(to: path, layout: layout)
        let read = try LowRankAdapters(path, into: networks)
        #expect(read.modules.map(\.name) == set.modules.map(\.name))
        for (a, b) in zip(read.modules, set.modules) {
            #expect(a.branch.alpha == 3 && a.branch.rank == 2)
            #expect(try a.branch.down.isEqual(to: b.branch.down))
            #expect(try a.branch.up.isEqual(to: b.branch.up))
        }
    }

    @Test func namesAreThoseOfTheOtherTools() throws {
        let set = try adapters()
        let deep = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_out.0"
        for (layout, expected) in [
            (
                LowRankLayout.diffusers,
                [
                    "unet.\(deep).lora_A.weight", "unet.mid_block.resnets.0.conv1.lora_B.weight",
                    "text_encoder.text_model.encoder.layers.0.self_attn.q_proj.lora_A.weight",
                ]
            ),
            (
                .kohya,
                [
                    "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_out_0"
                        + ".lora_down.weight",
                    "lora_unet_mid_block_resnets_0_conv1.lora_up.weight",
                    "lora_te_text_model_encoder_layers_0_self_attn_q_proj.alpha",
                ]
            ),
        ] {
            let path = folder.file("\(layout).safetensors")
            try set.write(to: path, layout: layout)
            let names = Set(try openCheckpoint(path).entries.map(\.name))
            #expect(names.isSuperset(of: expected), "\(layout)")
        }
    }

    @Test func theHeaderSaysWhatItIs() throws {
        var words = LowRankDescription()
        (words.title, words.baseModel) = ("me", "tiny")
        (words.resolution, words.steps) = (64, 12)
        let path = folder.file("lora.safetensors")
        try adapters().write(to: path, description: words)
        let header = try openCheckpoint(path).metadata
        let expected = [
            "ss_network_dim": "2", "ss_network_alpha": "3.0", "ss_sd_model_name": "tiny",
            "ss_resolution": "(64, 64)", "ss_steps": "12", "modelspec.title": "me",
            "modelspec.architecture": "stable-diffusion-v1/lora",
        ]
        for (key, value) in expected { #expect(header[key] == value, "\(key)") }
        let own = try JSONValue(Array(#require(header["lora_adapter_metadata"]).utf8))
        #expect(own["unet.r"] == 2 && own["unet.lora_alpha"] == 3.0)
    }

    @Test func whatFitsNoLayerIsRefusedByName() throws {
        let path = folder.file("odd.safetensors")
        try SafetensorsWriter.write(
            ["lora_unet_elsewhere.lora_down.weight": .zeros([2, 2])], to: path)
        #expect(
            sentence(in: folder) { _ = try LowRankAdapters(path, into: networks) } == """
                odd.safetensors: expected low-rank adapters of unet and text_encoder, found 1 \
                tensors that fit no layer: lora_unet_elsewhere.lora_down.weight; take adapters that \
                were made for this model's family
                """)
    }
}
