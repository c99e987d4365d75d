import Layers

/// The networks that Likeness builds, by their class names in `model_index.json` and `config.json`.
public enum NetworkKind: String, CaseIterable, Sendable {
    /// ``UNet2DCondition``.
    case unet = "UNet2DConditionModel"
    /// ``ControlNet``.
    case controlNet = "ControlNetModel"
    /// ``LatentControlNet``: Likeness' own class; its configuration has the keys of the UNet that it
    /// copies.
    case latentControlNet = "LatentControlNet"
    /// ``AutoencoderKL``.
    case autoencoder = "AutoencoderKL"
    /// ``CLIPText`` without a projection.
    case clipText = "CLIPTextModel"
    /// ``CLIPText`` with a projection.
    case clipTextWithProjection = "CLIPTextModelWithProjection"
    /// ``CLIPVision``.
    case clipVision = "CLIPVisionModelWithProjection"
    /// ``CLIPVision`` as a residual network.
    case clipResNet = "ModifiedResNet"

    /// The library that the class belongs to.
    public var library: String {
        switch self {
        case .unet, .controlNet, .autoencoder: "diffusers"
        case .latentControlNet: "likeness"
        case .clipText, .clipTextWithProjection, .clipVision: "transformers"
        case .clipResNet: "open_clip"
        }
    }

    /// What that library calls the weights' file, without `.safetensors`.
    public var weightsName: String {
        ["diffusers", "likeness"].contains(library) ? "diffusion_pytorch_model" : "model"
    }

    /// The names and shapes of a network's parameters, without memory for them.
    ///
    /// - Parameter file: its configuration; read to the end.
    /// - Returns: a store without memory.
    /// - Throws: ``DiffusionError`` with all that is wrong with the configuration; `ParameterError`
    ///   would be a fault of the network.
    public func shapes(_ file: ConfigurationFile) throws -> ParameterStore {
        let store = try ParameterStore.shapesOnly()
        try build(store.root, file)
        try store.finish()
        return store
    }

    /// A source of weights that older versions of the library may have written, under the names of
    /// today's published files.
    public func published(_ source: any ParameterSource) -> any ParameterSource {
        switch self {
        case .unet, .controlNet, .latentControlNet, .clipResNet: source
        case .autoencoder: DerivedSource.autoencoder(source)
        case .clipText, .clipTextWithProjection:
            DerivedSource.prefixed(source, "text_model.", except: ["text_projection."])
        case .clipVision:
            DerivedSource.prefixed(source, "vision_model.", except: ["visual_projection."])
        }
    }

    /// Asks the store for every parameter.
    func build(_ root: Scope, _ file: ConfigurationFile) throws {
        switch self {
        case .unet: _ = UNet2DCondition(root, try UNet2DConditionConfiguration(file))
        case .controlNet: _ = ControlNet(root, try ControlNetConfiguration(file))
        case .latentControlNet:
            _ = LatentControlNet(root, try UNet2DConditionConfiguration(file))
        case .autoencoder: _ = AutoencoderKL(root, try AutoencoderKLConfiguration(file))
        case .clipText: _ = CLIPText(root / "text_model", try CLIPTextConfiguration(file))
        case .clipTextWithProjection:
            _ = CLIPText(root / "text_model", try CLIPTextConfiguration(file), projection: root)
        case .clipVision, .clipResNet: _ = CLIPVision(root, try CLIPVisionConfiguration(file))
        }
    }
}
