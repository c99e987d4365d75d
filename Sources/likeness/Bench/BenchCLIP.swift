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
            draw in
            if vision {
                let text = PublishedModel.clipViTL14.components().first?.configuration ?? "{}"
                let file = try ConfigurationFile(bytes: Array(text.utf8), from: "config.json")
                let encoder = CLIPVision(draw.store.root, try CLIPVisionConfiguration(file))
                let picture = try draw.noise([options.batch, 3, 224, 224])
                return { try encoder(picture).imageEmbeds }
            }
            let configuration = try CLIPTextConfiguration(like.configuration("text_encoder"))
            let encoder = CLIPText(draw.store.root, configuration)
            let tokens = try draw.integers(0..<configuration.vocabSize, [options.batch, 77])
            return { try encoder(tokens).lastHiddenState }
        }
    }
}
