import Checkpoints
import Diffusion
import Foundation
import Layers
import TestSupport
import Testing
import Torch

/// Folders that are made and exported.
@Suite struct ModelFolderTests {
    private let folder: Folder
    private var options = PublishedModel.Writing()

    init() throws {
        folder = try Folder()
        (options.tiny, options.seed) = (true, 7)
    }

    private func files(_ name: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.file(name)).sorted()
            .filter { $0.contains(".") }
    }

    private func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
    }

    @Test(arguments: [PublishedModel.sd15, .sdxl, .sd15Inpainting, .sdxlInpainting])
    func aPipelineLoads(_ model: PublishedModel) throws {
        try model.write(to: folder.file("m"), options)
        let pipeline = try DiffusersFolder(folder.file("m"))
        #expect(pipeline.index.className == model.pipelineClass)
        let unet = try pipeline.component("unet", as: "UNet2DConditionModel").unet().network
        let isXL = model == .sdxl || model == .sdxlInpainting
        #expect(unet.configuration.takesAddedConditions == isXL)
        _ = try pipeline.component("vae", as: "AutoencoderKL").autoencoder()
        let text = try pipeline.component("text_encoder", as: "CLIPTextModel").clipText().network
        var context = text.configuration.hiddenSize
        if isXL {
            let second = try pipeline.component("text_encoder_2").clipText().network
            context += second.configuration.hiddenSize
            #expect(pipeline.index.forceZerosForEmptyPrompt == true)
        }
        #expect(unet.configuration.crossAttentionDim == context)
        for name in ["tokenizer", "scheduler"] {
            #expect(try pipeline.component(name).configuration().keys.count > 5)
        }
    }

    @Test func theSameSeedGivesTheSameFolderAndAnotherAnother() throws {
        try PublishedModel.sd15.write(to: folder.file("a"), options)
        try PublishedModel.sd15.write(to: folder.file("b"), options)
        var other = options
        (other.seed, other.only) = (8, ["vae"])
        try PublishedModel.sd15.write(to: folder.file("c"), other)
        other.seed = 7
        try PublishedModel.sd15.write(to: folder.file("d"), other)
        let names = try files("a")
        #expect(names.count == 12)
        #expect(try names == files("b"))
        for name in names { #expect(try bytes("a/\(name)") == bytes("b/\(name)"), "\(name)") }
        let vae = "vae/diffusion_pytorch_model.safetensors"
        #expect(try bytes("c/\(vae)") != bytes("a/\(vae)"))
        #expect(try bytes("d/\(vae)") == bytes("a/\(vae)"))
        #expect(try files("d") == ["model_index.json", vae, "vae/config.json"].sorted())
        #expect(try DiffusersFolder(folder.file("d")).index.components.keys.sorted() == ["vae"])
    }

    @Test func aFolderIsWrittenWholeOrNotAtAll() throws {
        var only = options
        only.only = ["unet", "text_encoder_2", "face"]
        #expect(
            sentence { try PublishedModel.sd15.write(to: folder.file("x"), only) } == """
                sd15: expected names of its parts, found text_encoder_2, face; it has unet, vae, \
                text_encoder, tokenizer, scheduler
                """)
        #expect(throws: CancellationError.self) {
            var calls = 0
            let source = SeededParameters(like: try ParameterStore.shapesOnly(), seed: 0)
            #expect(source.names.isEmpty)
            try AtomicFolder.write(to: folder.file("x")) { place in
                try PublishedModel.sd15ControlNet.write(to: "\(place)/net", options) { _, _ in
                    calls += 1
                }
                #expect(calls > 100)
                throw CancellationError()
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func anExportHoldsTheSameNetworks() throws {
        try PublishedModel.sdxl.write(to: folder.file("m"), options)
        try ModelFolderExport(folder.file("m")).write(to: folder.file("out"))
        let names = try files("m")
        #expect(try files("out") == names)
        for name in names { #expect(try bytes("out/\(name)") == bytes("m/\(name)"), "\(name)") }

        let half = try ModelFolderExport(folder.file("m/text_encoder_2"), dtype: .float16)
        try half.write(to: folder.file("half"), maximumShardByteCount: 100_000)
        #expect(try files("half").contains("model.safetensors.index.json"))
        let ours = try ModelFolder(folder.file("half")).clipText()
        let theirs = try ModelFolder(folder.file("m/text_encoder_2")).clipText()
        #expect(ours.network.configuration == theirs.network.configuration)
        for entry in ours.store.entries {
            #expect(entry.tensor.dtype == .float16)
            let value = try #require(theirs.store[entry.name])
            try expectClose(entry.tensor, value, within: 1e-3, entry.name)
        }
    }

    @Test func oldNamesComeOutAsTodays() throws {
        try PublishedModel.sd15.write(to: folder.file("m"), options)
        let words = ["to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"]
        try rewrite("m/vae/diffusion_pytorch_model") { name in
            guard name.contains(".attentions.") else { return name }
            return words.reduce(name) {
                $0.replacingOccurrences(of: ".\($1.key).", with: ".\($1.value).")
            }
        }
        try rewrite("m/text_encoder/model") { $0.replacingOccurrences(of: "text_model.", with: "") }
        try ModelFolderExport(folder.file("m")).write(to: folder.file("out"))
        try PublishedModel.sd15.write(to: folder.file("new"), options)
        for name in try files("new") {
            #expect(try bytes("out/\(name)") == bytes("new/\(name)"), "\(name)")
        }
    }

    @Test func anExportNamesEveryFaultAndWhatItLeavesOut() throws {
        try PublishedModel.sd15.write(to: folder.file("m"), options)
        try folder.write("{}", "m/safety_checker/config.json")
        try folder.write("", "m/safety_checker/model.safetensors")
        let index = String(decoding: try bytes("m/model_index.json"), as: UTF8.self)
        try folder.write(
            index.replacingOccurrences(
                of: "\"safety_checker\": [\n    null,\n    null",
                with: "\"safety_checker\": [\"stable_diffusion\", \"StableDiffusionSafetyChecker\""),
            "m/model_index.json")
        let export = try ModelFolderExport(folder.file("m"))
        #expect(
            export.notes.map { $0.replacingOccurrences(of: folder.path, with: "") } == [
                "/m/safety_checker: left out, since Likeness has no StableDiffusionSafetyChecker"
            ])
        try export.write(to: folder.file("out"))
        #expect(try !DiffusersFolder(folder.file("out")).has("safety_checker"))

        try rewrite("m/vae/diffusion_pytorch_model") { $0 == "quant_conv.bias" ? "quant" : $0 }
        try rewrite("m/text_encoder/model") { "old.\($0)" }
        let found = try #require(
            sentence(in: folder) { _ = try ModelFolderExport(folder.file("m")) })
        #expect(found.contains("missing quant_conv.bias; unused quant"), "\(found)")
        #expect(found.contains("; also m/vae/"), "\(found)")
        #expect(found.contains("m/text_encoder/model.safetensors: the weights"), "\(found)")
    }

    /// Writes a safetensors file's tensors under other names.
    private func rewrite(_ name: String, _ rename: (String) -> String) throws {
        let path = folder.file("\(name).safetensors")
        let tensors = try openCheckpoint(path).tensors()
        try SafetensorsWriter.write(
            Dictionary(uniqueKeysWithValues: tensors.map { (rename($0), $1) }), to: path)
    }
}
