import ArgumentParser
import Diffusion
import Foundation
import Layers
import Torch

/// `likeness bench clip`.
struct BenchCLIP: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clip", abstract: "A prompt of 77 tokens, or a picture, to its embedding.")

    @Option(help: "Whose text encoder: sd15, sdxl or miniature; random weights.")
    var like: BenchModel = .sd15

    @Flag(help: "CLIP's image encoder ViT-L/14 instead, at 224 pixels.")
    var vision = false

    @OptionGroup var options: NetworkBenchOptions

    func run() throws {
        let (name, model) = vision ? ("clip vision", "vit-l14") : ("clip text", like.rawValue)
        try NetworkBench.run(name, like: model, size: vision ? [224, 224] : [1, 77], options) {
            dtype, device in
            let generator = try Generator(seed: 0)
            let store = try ParameterStore(generator: generator, dtype: dtype, device: device)
            if vision {
                let text = PublishedModel.clipViTL14.components().first?.configuration ?? "{}"
                let file = try ConfigurationFile(bytes: Array(text.utf8), from: "config.json")
                let encoder = CLIPVision(store.root, try CLIPVisionConfiguration(file))
                try store.finish()
                let picture = try Tensor.randn([options.batch, 3, 224, 224], generator: generator)
                    .to(dtype).to(device)
                return (store, { try encoder(picture).imageEmbeds })
            }
            let configuration = try CLIPTextConfiguration(like.configuration("text_encoder"))
            let encoder = CLIPText(store.root, configuration)
            try store.finish()
            let tokens = try Tensor.randint(
                0..<configuration.vocabSize, [options.batch, 77], generator: generator
            ).to(device)
            return (store, { try encoder(tokens).lastHiddenState })
        }
    }
}
