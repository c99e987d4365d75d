import Checkpoints
import Diffusion
import Foundation
import Layers
import TestSupport
import Testing
import Torch

/// Checkpoints all in one file. `Reference/single_files/parity.py` compares their pictures with those of
/// diffusers; here are the names, the parts and the refusals.
@Suite struct SingleFileTests {
    /// Original and today's names by `MODEL NETWORK`, as diffusers pairs them.
    private func names() throws -> [String: [(original: String, today: String)]] {
        let path = Fixture.root.appendingPathComponent("Reference/single_files/names.txt")
        var all: [String: [(String, String)]] = [:]
        for line in try String(contentsOf: path, encoding: .utf8).split(separator: "\n") {
            let words = line.split(separator: "\t").map(String.init)
            all[words[0], default: []].append((words[1], words[2]))
        }
        return all
    }

    @Test func originalNamesBecomeWhatDiffusersMakesOfThem() throws {
        let all = try names()
        #expect(all.values.reduce(0) { $0 + $1.count } == 1240)
        for (network, pairs) in all {
            let originals = pairs.map(\.original)
            let (unet, vae) = (LDMNames(originals), LDMAutoencoderNames(originals))
            let isAutoencoder = network == "sd15 vae"
            for (original, today) in pairs {
                let ours = isAutoencoder ? vae.renamed(original) : unet.renamed(original)
                #expect(ours == today, "\(network)")
            }
        }
    }

    @Test func otherNamesAreNobodys() {
        let names = LDMNames([])
        for name in [
            "", "out", "input_blocks", "input_blocks.x.0.weight", "middle_block.3.weight",
            "output_blocks.1.5.weight", "input_hint_block.1.weight", "time_embed.1.weight",
            "zero_convs.0.1.weight", "input_blocks.1.0.in_layers.7.weight",
            "input_blocks.99999999999999999999.0.weight",
        ] {
            #expect(names.renamed(name) == nil, "\(name)")
        }
        #expect(LDMAutoencoderNames([]).renamed("loss.logvar") == nil)
    }

    /// A small model as a folder, and the same tensors in one file.
    private func single(_ model: PublishedModel, in folder: Folder) throws -> String {
        let isXL = model == .sdxl
        var writing = PublishedModel.Writing()
        (writing.tiny, writing.replacing) = (true, true)
        try model.write(to: folder.file("\(model)"), writing)
        let pairs = try names()
        func tensors(_ part: String) throws -> [String: Tensor] {
            try ModelFolder(folder.file("\(model)/\(part)")).openWeights().tensors()
        }
        func renamed(_ part: String, _ key: String) throws -> [String: Tensor] {
            let original = Dictionary(
                pairs[key, default: []].map { ($0.today, $0.original) },
                uniquingKeysWith: { first, _ in first })
            return try Dictionary(
                tensors(part).map { (try #require(original[$0.key]), $0.value) },
                uniquingKeysWith: { first, _ in first })
        }
        var all = try renamed("unet", "\(isXL ? "sdxl" : "sd15") unet")
            .prefixed("model.diffusion_model.")
        for (name, tensor) in try renamed("vae", "sd15 vae") {
            let isConvolution = name.contains(".attn_1.") && tensor.rank == 2
            all["first_stage_model.\(name)"] =
                try isConvolution ? tensor.reshaped(tensor.shape + [1, 1]) : tensor
        }
        let first =
            isXL ? "conditioner.embedders.0.transformer." : "cond_stage_model.transformer."
        all.merge(try tensors("text_encoder").prefixed(first)) { a, _ in a }
        if isXL {
            let theirs = try openCLIP(tensors("text_encoder_2"))
            all.merge(theirs.prefixed("conditioner.embedders.1.model.")) { a, _ in a }
        }
        let path = folder.file("\(model).safetensors")
        try SafetensorsWriter.write(all, to: path)
        return path
    }

    /// Queries, keys and values in one matrix, the projection on its side.
    private func openCLIP(_ tensors: [String: Tensor]) throws -> [String: Tensor] {
        var out: [String: Tensor] = [
            "token_embedding.weight": try #require(
                tensors["text_model.embeddings.token_embedding.weight"]),
            "positional_embedding": try #require(
                tensors["text_model.embeddings.position_embedding.weight"]),
            "text_projection": try #require(tensors["text_projection.weight"]).transposed(0, 1)
                .contiguous(),
        ]
        for kind in ["weight", "bias"] {
            out["ln_final.\(kind)"] = tensors["text_model.final_layer_norm.\(kind)"]
            var layer = 0
            while tensors["text_model.encoder.layers.\(layer).layer_norm1.bias"] != nil {
                let (ours, theirs) = (
                    "text_model.encoder.layers.\(layer)", "transformer.resblocks.\(layer)"
                )
                out["\(theirs).attn.in_proj_\(kind)"] = try Tensor.cat(
                    ["q", "k", "v"].map {
                        try #require(tensors["\(ours).self_attn.\($0)_proj.\(kind)"])
                    })
                for (a, b) in [
                    ("layer_norm1", "ln_1"), ("layer_norm2", "ln_2"), ("mlp.fc1", "mlp.c_fc"),
                    ("mlp.fc2", "mlp.c_proj"), ("self_attn.out_proj", "attn.out_proj"),
                ] {
                    out["\(theirs).\(b).\(kind)"] = tensors["\(ours).\(a).\(kind)"]
                }
                layer += 1
            }
        }
        return out
    }

    @Test(arguments: [PublishedModel.sd15, .sdxl])
    func aFileHoldsTheSameModelAsItsFolder(_ model: PublishedModel) throws {
        let folder = try Folder()
        let path = try single(model, in: folder)
        let file = try SingleFile(path)
        #expect(file.model == model && file.notes.isEmpty && !file.predictsVelocity)
        let parts = try DiffusersFolder(folder.file("\(model)"))
        func check<Network>(
            _ part: String, _ load: (NetworkFiles) throws -> LoadedModel<Network>
        ) throws {
            let (found, expected) = (
                try load(file.files(part)), try load(parts.component(part).files)
            )
            #expect(found.store.entries.count == expected.store.entries.count)
            for entry in expected.store.entries {
                let own = try #require(found.store[entry.name], "\(part) \(entry.name)")
                #expect(try own.isEqual(to: entry.tensor), "\(part) \(entry.name)")
            }
        }
        try check("unet") { try $0.unet() }
        try check("vae") { try $0.autoencoder() }
        try check("text_encoder") { try $0.clipText() }
        if model == .sdxl { try check("text_encoder_2") { try $0.clipText() } }

        let tokenizer = folder.file("\(model)/tokenizer")
        let loaded = try StableDiffusion(file, tokenizer: tokenizer)
        #expect(loaded.isXL == (model == .sdxl) && loaded.textEncoders.count == parts.count)
    }

    @Test func aPartOfAModelSaysWhatItLacks() throws {
        let folder = try Folder()
        let path = try single(.sd15, in: folder)
        let all = try openCheckpoint(path).tensors()
        let unet = all.filter { $0.key.hasPrefix("model.diffusion_model.") }
        let alone = folder.file("unet.safetensors")
        try SafetensorsWriter.write(unet, to: alone)
        let file = try SingleFile(alone)
        #expect(file.parts == ["unet"])
        let tokenizer = folder.file("sd15/tokenizer")
        let sentence = sentence(in: folder) {
            _ = try StableDiffusion(file, tokenizer: tokenizer)
        }
        #expect(sentence?.contains("found no text_encoder") == true, "\(sentence ?? "")")

        let extra = folder.file("extra.safetensors")
        try SafetensorsWriter.write(
            all.merging(["mystery.weight": try Tensor.zeros([2])]) { a, _ in a }, to: extra)
        #expect(try SingleFile(extra).notes.joined().contains("not used: mystery.weight"))
        #expect(try SingleFile(path, variant: "ema").notes.joined().contains("no ema ones"))

        var broken = all
        broken["model.diffusion_model.middle_block.0.in_layers.0.weight"] = nil
        let damaged = folder.file("damaged.safetensors")
        try SafetensorsWriter.write(broken, to: damaged)
        let missing = self.sentence { _ = try SingleFile(damaged).files("unet").unet() }
        #expect(missing?.contains("mid_block.resnets.0.norm1.weight") == true, "\(missing ?? "")")
    }

    @Test func foreignFilesAreRefusedByName() throws {
        let folder = try Folder()
        let kinds: [(String, String)] = [
            ("double_blocks.0.img_attn.qkv.weight", "Flux"),
            ("model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight", "Stable Diffusion 3"),
            ("cond_stage_model.model.token_embedding.weight", "Stable Diffusion 2.x"),
            ("conditioner.embedders.0.model.token_embedding.weight", "refiner"),
            (
                "lllite_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_k.down.0.weight",
                "LLLite"
            ),
            ("lora_controlnet", "Control-LoRA"), ("body.0.block1.weight", "T2I-Adapter"),
            ("emb_params", "textual inversion"), ("mlp_t5.0.weight", "Hunyuan"),
            ("lora_unet_mid_block_attentions_0_proj_in.lora_down.weight", "low-rank adapter"),
            ("image_proj.proj.weight", "IP-Adapter"),
            ("decoder.conv_in.weight", "file of 1 tensors"),
        ]
        for (index, (name, word)) in kinds.enumerated() {
            let path = folder.file("\(index).safetensors")
            try SafetensorsWriter.write([name: Tensor.zeros([1])], to: path)
            let sentence = sentence { _ = try SingleFile(path) }
            #expect(sentence?.contains(word) == true, "\(name): \(sentence ?? "none")")
            #expect(sentence?.contains(path) == true)
            let net = self.sentence { _ = try SingleNetwork(controlNet: path) }
            #expect(net?.contains(path) == true)
            let vae = self.sentence {
                _ = try SingleNetwork(autoencoder: path, scalingFactor: 1)
            }
            #expect(vae?.contains(path) == true)
        }
        let odd = folder.file("odd.safetensors")
        for (width, word) in [(1024, "Stable Diffusion 2.x"), (77, "77 channels")] {
            let start = "model.diffusion_model.input_blocks"
            try SafetensorsWriter.write(
                [
                    "\(start).0.0.weight": Tensor.zeros([320, 4, 3, 3]),
                    "\(start).1.1.transformer_blocks.0.attn2.to_k.weight": Tensor.zeros([2, width]),
                ], to: odd)
            let sentence = sentence { _ = try SingleFile(odd) }
            #expect(sentence?.contains(word) == true, "\(sentence ?? "none")")
        }
    }

    private func sentence(in folder: Folder? = nil, _ body: () throws -> Void) -> String? {
        DiffusionTests.sentence(in: folder, body)
    }
}

extension Dictionary where Key == String {
    /// The same values under longer names.
    fileprivate func prefixed(_ start: String) -> [String: Value] {
        Dictionary(map { (start + $0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}

extension DiffusersFolder {
    /// Its text encoders.
    fileprivate var count: Int { ["text_encoder", "text_encoder_2"].filter(has).count }
}
