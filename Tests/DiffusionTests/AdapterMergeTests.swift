import Checkpoints
import Diffusion
import Foundation
import Layers
import Testing
import Torch

/// Files of adapters in a whole model. `Reference/lora/parity.py` compares the pictures with diffusers'.
@Suite struct AdapterMergeTests {
    private let folder: Folder
    private let model: StableDiffusion

    init() throws {
        folder = try Folder()
        var writing = PublishedModel.Writing()
        writing.tiny = true
        try PublishedModel.sdxl.write(to: folder.file("sdxl"), writing)
        model = try StableDiffusion(DiffusersFolder(folder.file("sdxl")))
    }

    /// Adapters of some layers, under the names that `name` gives to a module's path.
    private func write(
        _ modules: [(key: String, weight: Tensor)], to file: String, seed: UInt64 = 3
    ) throws -> String {
        let generator = try Generator(seed: seed)
        var tensors: [String: Tensor] = [:]
        for (key, weight) in modules {
            let shape = weight.shape
            tensors["\(key).lora_down.weight"] = try .randn(
                [2] + shape.dropFirst(), generator: generator)
            tensors["\(key).lora_up.weight"] = try .randn(
                [shape[0], 2] + shape.dropFirst(2).map { _ in 1 }, generator: generator)
            tensors["\(key).alpha"] = try Tensor(Float(1))
        }
        let path = folder.file(file)
        try SafetensorsWriter.write(tensors, to: path)
        return path
    }

    private func weight(_ store: ParameterStore, _ name: String) throws -> Tensor {
        try #require(store["\(name).weight"], "\(name)")
    }

    @Test func kohyasNamesOfSDXLReachTheirLayers() throws {
        let store = model.unet.store
        // A level has one residual block here: input_blocks 1, 2 | 3, 4 | 5; output_blocks 0, 1 | …
        let pairs = [
            ("input_blocks_0_0", "conv_in"),
            ("input_blocks_2_0_op", "down_blocks.0.downsamplers.0.conv"),
            ("input_blocks_3_0_in_layers_2", "down_blocks.1.resnets.0.conv1"),
            ("input_blocks_3_0_emb_layers_1", "down_blocks.1.resnets.0.time_emb_proj"),
            (
                "input_blocks_3_1_transformer_blocks_0_attn1_to_out_0",
                "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_out.0"
            ),
            ("middle_block_1_proj_in", "mid_block.attentions.0.proj_in"),
            ("middle_block_2_out_layers_3", "mid_block.resnets.1.conv2"),
            ("output_blocks_1_0_skip_connection", "up_blocks.0.resnets.1.conv_shortcut"),
            ("output_blocks_1_2_conv", "up_blocks.0.upsamplers.0.conv"),
            ("time_embed_0", "time_embedding.linear_1"),
            ("label_emb_0_2", "add_embedding.linear_2"),
            ("out_2", "conv_out"),
        ]
        let path = try write(
            pairs.map { ("lora_unet_\($0.0)", try weight(store, $0.1)) }, to: "xl.safetensors")
        let before = try pairs.map { try weight(store, $0.1).cloned() }
        let adapters = try model.merge(adapters: path, strength: 0.5)
        #expect(Set(adapters.modules.map(\.slot.path)) == Set(pairs.map(\.1)))
        for ((_, name), old) in zip(pairs, before) {
            #expect(try !weight(store, name).isEqual(to: old), "\(name)")
        }
        try adapters.takeOut()
        for ((_, name), old) in zip(pairs, before) {
            #expect(try weight(store, name).isEqual(to: old), "\(name)")
        }
    }

    @Test func textEncodersAndTwoFilesAtOnce() throws {
        let networks = model.adaptedNetworks
        #expect(networks.map(\.name) == ["unet", "text_encoder", "text_encoder_2"])
        let layer = "text_model.encoder.layers.0.self_attn.q_proj"
        let words = layer.replacingOccurrences(of: ".", with: "_")
        let first = try weight(networks[1].store, layer)
        let second = try weight(networks[2].store, layer)
        let old = try [first.cloned(), second.cloned()]
        let files = try (0..<2).map { index in
            try write(
                [("lora_te1_\(words)", first), ("lora_te2_\(words)", second)],
                to: "\(index).safetensors", seed: UInt64(index))
        }
        let a = try model.merge(adapters: files[0], strength: 0.7)
        let one = try first.cloned()
        let b = try model.merge(adapters: files[1], strength: 0.4)
        #expect(try !first.isEqual(to: one) && !second.isEqual(to: old[1]))
        var expected = try old[0].cloned()
        for (adapters, strength) in [(a, 0.7), (b, 0.4)] {
            let branch = try #require(adapters.modules.first { $0.network == "text_encoder" })
                .branch
            // alpha 1, rank 2
            expected = try expected + branch.up.matmul(branch.down) * (strength / 2)
        }
        let difference: Double = try (first - expected).abs().max().item()
        #expect(difference < 1e-5)
        try b.takeOut()
        #expect(try first.isEqual(to: one))
        try a.takeOut()
        #expect(try first.isEqual(to: old[0]) && second.isEqual(to: old[1]))
    }

    @Test func otherKindsAreRefusedByName() throws {
        let key = "lora_unet_mid_block_attentions_0_proj_in"
        let kinds: [(String, String)] = [
            ("\(key).dora_scale", "DoRA"), ("\(key).hada_w1_a", "LoHa"),
            ("\(key).lokr_w1", "LoKr"), ("\(key).oft_blocks", "OFT"),
            ("\(key).diff", "whole differences"), ("\(key).lora_mid.weight", "Tucker"),
            ("lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight", "Flux"),
            ("lora_te_text_model_encoder_layers_77_mlp_fc1.lora_down.weight", "SD1.x"),
            ("something.else", "fit no layer"),
        ]
        for (index, (name, word)) in kinds.enumerated() {
            let path = folder.file("odd-\(index).safetensors")
            try SafetensorsWriter.write([name: Tensor.zeros([2, 2])], to: path)
            let sentence = sentence { _ = try model.merge(adapters: path) }
            #expect(sentence?.contains(word) == true, "\(name): \(sentence ?? "none")")
        }
        let path = try write(
            [("lora_unet_conv_in", weight(model.unet.store, "conv_in"))], to: "good.safetensors")
        #expect(sentence { _ = try model.merge(adapters: path, strength: .nan) } != nil)
    }
}
