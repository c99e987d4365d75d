import Checkpoints
import Diffusion
import Testing

@Suite struct DiffusersFolderTests {
    private static let index = """
        {"_class_name": "StableDiffusionXLPipeline", "_diffusers_version": "0.42.1",
         "force_zeros_for_empty_prompt": true, "image_encoder": [null, null],
         "unet": ["diffusers", "UNet2DConditionModel"],
         "tokenizer_2": ["transformers", "CLIPTokenizer"]}
        """

    @Test func readsTheIndex() throws {
        let folder = try Folder()
        try folder.write(Self.index, "model_index.json")
        let pipeline = try DiffusersFolder(folder.path)
        #expect(pipeline.index.className == "StableDiffusionXLPipeline")
        #expect(pipeline.index.forceZerosForEmptyPrompt == true)
        #expect(pipeline.index.requiresSafetyChecker == nil)
        #expect(pipeline.index.components.keys.sorted() == ["tokenizer_2", "unet"])
        #expect(pipeline.has("unet") && !pipeline.has("image_encoder"))
        #expect(
            try pipeline.component("unet", as: "UNet2DConditionModel")
                == ModelFolder(folder.file("unet")))
    }

    @Test func namesWhatAPipelineLacks() throws {
        let folder = try Folder()
        #expect(
            sentence(in: folder) { _ = try DiffusersFolder(folder.path) } == """
                .: expected a pipeline folder with a model_index.json, found none; name the \
                folder that diffusers' save_pretrained wrote
                """)
        try folder.write(Self.index, "model_index.json")
        let pipeline = try DiffusersFolder(folder.path)
        #expect(
            sentence(in: folder) { _ = try pipeline.component("image_encoder") } == """
                model_index.json: expected a component named "image_encoder", found tokenizer_2, \
                unet; use a pipeline that has it
                """)
        #expect(
            sentence(in: folder) { _ = try pipeline.component("unet", as: "AutoencoderKL") } == """
                model_index.json: expected unet to be a AutoencoderKL, found \
                UNet2DConditionModel; use a pipeline that has one
                """)
    }

    @Test func reportsABrokenIndex() throws {
        let folder = try Folder()
        try folder.write(
            #"{"unet": ["diffusers", null], "vae": ["x"], "mystery": 1, "scheduler": [1, 2]}"#,
            "model_index.json")
        #expect(
            sentence(in: folder) { _ = try DiffusersFolder(folder.path) } == """
                model_index.json: missing keys _class_name; scheduler: expected a list, each \
                entry a text or null, found [1, 2]; scheduler: expected a library and a class, \
                or two nulls, found []; unet: expected a library and a class, or two nulls, \
                found ["diffusers", null]; vae: expected a library and a class, or two nulls, \
                found ["x"]; unknown keys mystery; each may change the picture, so none is passed \
                over: use a model of the kind that is asked for, or a newer Likeness
                """)
    }

    struct Choice: CustomTestStringConvertible {
        let files: [String]
        let variant: String?
        let taken: String
        var note: String?
        var testDescription: String { "\(files), variant \(variant ?? "none")" }
    }

    @Test(arguments: [
        Choice(
            files: ["diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.bin"],
            variant: nil, taken: "diffusion_pytorch_model.safetensors"),
        Choice(
            files: ["model.safetensors", "model.fp16.safetensors", "pytorch_model.bin"],
            variant: nil, taken: "model.safetensors"),
        Choice(
            files: ["model.safetensors", "model.fp16.safetensors"], variant: "fp16",
            taken: "model.fp16.safetensors"),
        Choice(
            files: ["model.safetensors"], variant: "fp16", taken: "model.safetensors",
            note: "took model.safetensors, since there are no fp16 weights"),
        Choice(
            files: ["model.fp16.safetensors", "pytorch_model.bin"], variant: nil,
            taken: "model.fp16.safetensors",
            note: "took model.fp16.safetensors, since there are no plain weights"),
        Choice(
            files: [
                "diffusion_pytorch_model.safetensors.index.json",
                "diffusion_pytorch_model.safetensors",
            ], variant: nil, taken: "diffusion_pytorch_model.safetensors.index.json"),
        Choice(
            files: ["diffusion_pytorch_model.safetensors.index.fp16.json"], variant: "fp16",
            taken: "diffusion_pytorch_model.safetensors.index.fp16.json"),
        Choice(
            files: ["model.fp16.safetensors.index.json"], variant: "fp16",
            taken: "model.fp16.safetensors.index.json"),
        Choice(files: ["pytorch_model.bin"], variant: nil, taken: "pytorch_model.bin"),
        Choice(
            files: ["diffusion_pytorch_model.fp16.bin"], variant: "fp16",
            taken: "diffusion_pytorch_model.fp16.bin"),
    ])
    func findsWeights(_ choice: Choice) throws {
        let folder = try Folder()
        for name in choice.files { try folder.write("", "unet/\(name)") }
        let weights = try ModelFolder(folder.file("unet"), variant: choice.variant).weights()
        #expect(weights.path == folder.file("unet/\(choice.taken)"))
        #expect(weights.note == choice.note.map { "\(folder.file("unet")): \($0)" })
    }

    @Test func listsTheNamesItLookedFor() throws {
        let folder = try Folder()
        try folder.write("", "unet/flax_model.msgpack")
        #expect(
            sentence(in: folder) { _ = try ModelFolder(folder.file("unet")).weights() } == """
                unet: expected weights, one of diffusion_pytorch_model.safetensors.index.json, \
                diffusion_pytorch_model.safetensors, model.safetensors, \
                model.safetensors.index.json, \
                diffusion_pytorch_model.safetensors.index.fp16.json, \
                diffusion_pytorch_model.fp16.safetensors.index.json, \
                diffusion_pytorch_model.fp16.safetensors, model.fp16.safetensors, \
                model.safetensors.index.fp16.json, model.fp16.safetensors.index.json, \
                diffusion_pytorch_model.bin, pytorch_model.bin, \
                diffusion_pytorch_model.fp16.bin, pytorch_model.fp16.bin, found \
                flax_model.msgpack; check the folder, or fetch what is missing
                """)
        #expect(
            sentence(in: folder) { _ = try ModelFolder(folder.file("vae")).configuration() } == """
                vae: expected a configuration, one of config.json, scheduler_config.json, \
                preprocessor_config.json, tokenizer_config.json, found no such folder; check the \
                folder, or fetch what is missing
                """)
    }

    @Test func opensShardsThroughTheirIndex() throws {
        let folder = try Folder()
        try folder.write("{}", "unet/config.json")
        let tensors = ["a", "b", "c"].map {
            TensorSource(name: $0, dtype: .uint8, shape: [4], bytes: [1, 2, 3, 4])
        }
        try SafetensorsIndex.write(
            tensors, folder: folder.file("unet"), name: "diffusion_pytorch_model",
            maximumShardByteCount: 8)
        let unet = ModelFolder(folder.file("unet"))
        #expect(try unet.configuration().keys.isEmpty)
        #expect(try unet.openWeights().entries.map(\.name) == ["a", "b", "c"])
    }
}
