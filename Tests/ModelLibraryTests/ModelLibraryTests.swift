import Checkpoints
import Foundation
import ModelLibrary
import TestSupport
import Testing
import Torch

@Suite struct ModelLibraryTests {
    /// A small file that looks like a LoRA for SDXL.
    private func lora(_ path: String, context: Int = 2048) throws {
        let name = "lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn2_to_k"
        try write(
            [
                "\(name).lora_down.weight": .zeros([4, context]),
                "\(name).lora_up.weight": .zeros([8, 4]),
            ], path)
    }

    private func write(
        _ tensors: [String: Tensor], _ path: String, metadata: [String: String] = [:]
    ) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        try SafetensorsWriter.write(tensors, metadata: metadata, to: path)
    }

    private func text(_ text: String, _ path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    @Test func comfyUINamesItsFilesByTheirPathsFromTheShelf() throws {
        try withTemporaryFolder { root in
            try lora("\(root)/models/loras/people/anna.safetensors")
            try write(
                ["emb_params": .zeros([2, 768])], "\(root)/models/embeddings/bad-hands.safetensors")
            try text("not weights", "\(root)/models/loras/people/anna.txt")
            let library = ModelLibrary([try ModelTree(root)])
            // The shelf of checkpoints makes it ComfyUI's.
            #expect(library.trees.map(\.kind) == [.folder])
            try text("", "\(root)/models/checkpoints/put_checkpoints_here")
            let found = ModelLibrary([try ModelTree(root)])
            #expect(found.trees.map(\.kind) == [.comfyUI])
            #expect(
                found.models.map(\.name) == ["people/anna.safetensors", "bad-hands.safetensors"])
            let kinds = found.models.map { $0.description() }
            #expect(kinds.map(\.flag) == ["--lora", "--embedding"])
            #expect(kinds.map(\.kind).first == "LoRA for SDXL")
        }
    }

    @Test func webUINamesAdaptersWithoutTheirEnding() throws {
        try withTemporaryFolder { root in
            try text("", "\(root)/models/Stable-diffusion/here")
            try lora("\(root)/models/Lora/anna.safetensors", context: 768)
            try write(
                ["emb_params": .zeros([2, 768])], "\(root)/embeddings/cat-toy.pt.safetensors")
            let library = ModelLibrary([try ModelTree(root)])
            #expect(library.trees.map(\.kind) == [.a1111])
            #expect(library.models.map(\.name) == ["anna", "cat-toy.pt"])
            #expect(library.find("ANNA").map(\.shelf) == ["Lora"])
        }
    }

    @Test func aModelBehindSeveralLinksIsListedOnce() throws {
        try withTemporaryFolder { root in
            let (comfy, web) = ("\(root)/comfy", "\(root)/web")
            try text("", "\(web)/models/Stable-diffusion/here")
            try lora("\(web)/models/Lora/anna.safetensors")
            try text(
                """
                # other programs' folders
                a111:
                    base_path: \(web)
                    checkpoints: models/Stable-diffusion
                    loras: |
                         models/Lora
                         models/LyCORIS
                    is_default: true
                """, "\(comfy)/extra_model_paths.yaml")
            try FileManager.default.createDirectory(
                atPath: "\(comfy)/models/loras", withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: "\(comfy)/models/loras/same.safetensors",
                withDestinationPath: "\(web)/models/Lora/anna.safetensors")
            // A link to a folder above must not lead round and round.
            try FileManager.default.createSymbolicLink(
                atPath: "\(comfy)/models/loras/again", withDestinationPath: "\(comfy)/models")
            let both = ModelLibrary([try ModelTree(comfy), try ModelTree(web)])
            #expect(both.models.map(\.name) == ["same.safetensors"])
            try FileManager.default.removeItem(atPath: "\(comfy)/models/loras/same.safetensors")
            let extra = ModelLibrary([try ModelTree(comfy)])
            #expect(extra.models.map(\.name) == ["anna.safetensors"])
            #expect(extra.models.map(\.shelf) == ["loras"])
        }
    }

    @Test func huggingFacesModelsHaveTheirRepositorysName() throws {
        try withTemporaryFolder { root in
            let snapshot = "\(root)/models--someone--portraits/snapshots/abc"
            try text("abc", "\(root)/models--someone--portraits/refs/main")
            try text(
                "---\nlicense: openrail++\ntags: [x]\n---\n# Portraits\n", "\(snapshot)/README.md")
            try lora("\(snapshot)/anna.safetensors")
            try text(
                #"{"_class_name": "AutoencoderKL"}"#, "\(snapshot)/vae/config.json")
            try write(["a": .zeros([1])], "\(snapshot)/vae/diffusion_pytorch_model.safetensors")
            try write(
                ["a": .zeros([1])], "\(snapshot)/vae/diffusion_pytorch_model.fp16.safetensors")
            try text(
                "abc", "\(root)/models--someone--portraits/snapshots/old/anna.safetensors")
            let library = ModelLibrary([try ModelTree(root)])
            #expect(
                library.models.map(\.name) == [
                    "someone/portraits/anna.safetensors", "someone/portraits/vae",
                ])
            let found = library.models.map { $0.description() }
            #expect(found.map(\.flag) == ["--lora", "--vae"])
            #expect(found.first?.licence == "openrail++")
        }
    }

    @Test func filesSayTheirLicenceInTheirMetadata() throws {
        try withTemporaryFolder { root in
            try write(
                ["emb_params": .zeros([1, 768])], "\(root)/word.safetensors",
                metadata: ["modelspec.license": "CC0"])
            let model = try #require(ModelLibrary([try ModelTree(root)]).models.first)
            #expect(model.description().licence == "CC0")
        }
    }

    @Test func whatDoesNotRunIsNamedAndSaysWhy() throws {
        try withTemporaryFolder { root in
            try write(["double_blocks.0.img_attn.qkv.weight": .zeros([1])], "\(root)/a.safetensors")
            try text("no weights at all", "\(root)/b.safetensors")
            try lora("\(root)/c.safetensors", context: 1024)
            let found = ModelLibrary([try ModelTree(root)]).models.map { $0.description() }
            #expect(found.map(\.flag) == [nil, nil, nil])
            #expect(
                found.map(\.kind) == ["Flux", "unreadable", "LoRA for Stable Diffusion 2.x"])
            #expect(found.allSatisfy { $0.refusal?.isEmpty == false })
        }
    }

    @Test func partsOfOneModelAreOneModel() throws {
        try withTemporaryFolder { root in
            for part in 1...2 {
                try write(["a": .zeros([1])], "\(root)/big/model-0000\(part)-of-00002.safetensors")
            }
            try text(
                #"{"weight_map": {"a": "model-00001-of-00002.safetensors"}}"#,
                "\(root)/big/model.safetensors.index.json")
            let names = ModelLibrary([try ModelTree(root)]).models.map(\.name)
            #expect(names == ["big/model.safetensors.index.json"])
        }
    }

    @Test func brokenPathsFilesAreRefusedInOneSentence() throws {
        try withTemporaryFolder { root in
            try text("a: [1, 2\nb: {", "\(root)/extra_model_paths.yaml")
            #expect { try ModelTree(root) } throws: { "\($0)".contains("expected YAML") }
            try text("- a\n- b\n", "\(root)/extra_model_paths.yaml")
            #expect { try ModelTree(root) } throws: { "\($0)".contains("expected sections") }
            try text("# nothing but a comment\n", "\(root)/extra_model_paths.yaml")
            #expect(try ModelTree(root).kind == .comfyUI)
        }
        #expect { try ModelTree("/nowhere/at/all") } throws: {
            "\($0)".contains("expected a folder of models")
        }
    }
}
