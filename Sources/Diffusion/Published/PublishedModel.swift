import Checkpoints

/// The published models whose architecture Likeness knows: which parts each has, and the
/// configuration of every part. No weights.
public enum PublishedModel: String, CaseIterable, Sendable {
    /// Stable Diffusion 1.5. Rombach et al. 2022.
    case sd15
    /// The same, whose UNet also sees a mask and the masked picture.
    case sd15Inpainting = "sd15-inpainting"
    /// SDXL base 1.0. Podell et al. 2023.
    case sdxl
    /// The same, whose UNet also sees a mask and the masked picture.
    case sdxlInpainting = "sdxl-inpainting"
    /// A ControlNet for Stable Diffusion 1.5. Zhang et al. 2023.
    case sd15ControlNet = "sd15-controlnet"
    /// A ControlNet for SDXL, of full size.
    case sdxlControlNet = "sdxl-controlnet"
    /// IC-Portrait on Stable Diffusion 1.5: the base, CLIP's image encoder in the text encoder's
    /// place, and the two nets of its own. Its authors published no weights.
    case icPortrait = "ic-portrait"
    /// CLIP's image encoder ViT-L/14. Radford et al. 2021.
    case clipViTL14 = "clip-vit-l14"
    /// OpenCLIP's image encoder ViT-H/14, which IP-Adapters take.
    case clipViTH14 = "clip-vit-h14"

    /// One part of a model: a network, a tokenizer, a list of settings.
    public struct Component: Sendable {
        enum Content: Sendable {
            case network(NetworkKind, JSONValue)
            case tokenizer(MadeUpVocabulary, padding: String)
            /// A file's name and content.
            case settings(String, JSONValue)
        }

        /// Its folder in a pipeline, such as `text_encoder_2`; empty in a model of one part.
        public let name: String
        /// The library of its class: `diffusers` or `transformers`.
        public let library: String
        /// Its class there.
        public let className: String
        let content: Content

        init(_ name: String, _ kind: NetworkKind, _ configuration: JSONValue) {
            (self.name, library, className) = (name, kind.library, kind.rawValue)
            content = .network(kind, configuration)
        }

        init(_ name: String, _ library: String, _ className: String, _ content: Content) {
            (self.name, self.library, self.className, self.content) =
                (name, library, className, content)
        }

        /// What kind of network this is; nil for other parts.
        public var network: NetworkKind? {
            if case .network(let kind, _) = content { kind } else { nil }
        }

        /// Its configuration file, as JSON; nil for a tokenizer.
        public var configuration: String? {
            switch content {
            case .network(_, let json), .settings(_, let json): json.text + "\n"
            case .tokenizer: nil
            }
        }
    }

    /// Whether the model is a pipeline of several parts.
    public var isPipeline: Bool { pipelineClass != nil }

    /// The pipeline's class; nil for a single network.
    public var pipelineClass: String? {
        switch self {
        case .sd15: "StableDiffusionPipeline"
        case .sd15Inpainting: "StableDiffusionInpaintPipeline"
        case .sdxl: "StableDiffusionXLPipeline"
        case .sdxlInpainting: "StableDiffusionXLInpaintPipeline"
        case .icPortrait: "StableDiffusionImageVariationPipeline"
        case .sd15ControlNet, .sdxlControlNet, .clipViTL14, .clipViTH14: nil
        }
    }

    /// The model's parts.
    ///
    /// - Parameter tiny: a small model of the same family, a few megabytes, whose parts fit those
    ///   of the other tiny models as the published ones fit each other.
    /// - Returns: networks first.
    public func components(tiny: Bool = false) -> [Component] {
        let sizes = tiny ? Sizes.tiny : .published
        switch self {
        case .sd15: return sizes.sd15(inChannels: 4)
        case .sd15Inpainting: return sizes.sd15(inChannels: 9)
        case .sdxl: return sizes.sdxl(inChannels: 4)
        case .sdxlInpainting: return sizes.sdxl(inChannels: 9)
        case .sd15ControlNet:
            return [Component("", .controlNet, sizes.controlNet(sizes.sd15Denoiser(inChannels: 4)))]
        case .sdxlControlNet:
            return [Component("", .controlNet, sizes.controlNet(sizes.sdxlDenoiser(inChannels: 4)))]
        case .icPortrait: return sizes.icPortrait()
        case .clipViTL14: return sizes.imageEncoder(sizes.vitL14)
        case .clipViTH14: return sizes.imageEncoder(sizes.vitH14)
        }
    }
}
