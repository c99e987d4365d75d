import Checkpoints
import Layers
import Torch

/// Where a network comes from: a configuration and weights, of a folder or of a part of one file.
public struct NetworkFiles {
    /// What messages call it: a folder, or a file and what of it.
    public let path: String
    let configuration: () throws -> ConfigurationFile
    /// The weights under published names or older ones, and a sentence if they are not of the variant
    /// asked for. Nothing of them is read yet.
    let weights: () throws -> (source: any ParameterSource, path: String, note: String?)

    /// Reads a denoising network.
    ///
    /// - Parameters:
    ///   - dtype: converts the weights; nil keeps the file's types.
    ///   - device: where they go.
    /// - Returns: the network and its parameters.
    /// - Throws: ``DiffusionError`` naming everything wrong at once, `CheckpointError` for a broken
    ///   file, `TorchError`.
    public func unet(dtype: DType? = nil, device: Device = .cpu) throws -> LoadedModel<
        UNet2DCondition
    > {
        try load(dtype: dtype, device: device, reuses: true) {
            UNet2DCondition($0, try UNet2DConditionConfiguration($1))
        }
    }

    /// Reads a ControlNet.
    public func controlNet(dtype: DType? = nil, device: Device = .cpu) throws -> LoadedModel<
        ControlNet
    > {
        try load(dtype: dtype, device: device, reuses: true) {
            ControlNet($0, try ControlNetConfiguration($1))
        }
    }

    /// Reads an autoencoder.
    public func autoencoder(dtype: DType? = nil, device: Device = .cpu) throws -> LoadedModel<
        AutoencoderKL
    > {
        try load(dtype: dtype, device: device, renaming: NetworkKind.autoencoder.published) {
            AutoencoderKL($0, try AutoencoderKLConfiguration($1))
        }
    }

    /// Reads a text encoder, with a projection where its configuration or its weights have one.
    public func clipText(dtype: DType? = nil, device: Device = .cpu) throws -> LoadedModel<CLIPText>
    {
        let architectures: [String] = try configuration().read("architectures", default: [])
        let named = architectures.contains(NetworkKind.clipTextWithProjection.rawValue)
        let projects =
            try named || weights().source.shape(of: "text_projection.weight") != nil
        return try load(
            dtype: dtype, device: device, renaming: NetworkKind.clipText.published
        ) {
            CLIPText(
                $0 / "text_model", try CLIPTextConfiguration($1), projection: projects ? $0 : nil)
        }
    }

    /// Reads an image encoder, of either kind.
    public func clipVision(dtype: DType? = nil, device: Device = .cpu) throws -> LoadedModel<
        CLIPVision
    > {
        let kind = try configuration().has("vision_cfg") ? NetworkKind.clipResNet : .clipVision
        return try load(dtype: dtype, device: device, renaming: kind.published) {
            CLIPVision($0, try CLIPVisionConfiguration($1))
        }
    }

    /// Reads a latent ControlNet, whose configuration is that of the UNet it copies.
    public func latentControlNet(dtype: DType? = nil, device: Device = .cpu) throws -> LoadedModel<
        LatentControlNet
    > {
        try load(dtype: dtype, device: device, reuses: true) {
            LatentControlNet($0, try UNet2DConditionConfiguration($1))
        }
    }

    /// Reads a network: its configuration, then every tensor of its weights. `reuses`: it runs again
    /// and again on them.
    func load<Network>(
        dtype: DType?, device: Device, reuses: Bool = false,
        renaming: (any ParameterSource) -> any ParameterSource = { $0 },
        build: (Scope, ConfigurationFile) throws -> Network
    ) throws -> LoadedModel<Network> {
        // All faults are found before gigabytes are touched.
        let (source, note) = try checkedWeights(renaming: renaming) { _ = try build($0, $1) }
        let store = try ParameterStore(loading: source, dtype: dtype, device: device)
        let network = try build(store.root, configuration())
        do { try store.finish() } catch let error as ParameterError {
            throw DiffusionError("\(path): expected readable weights, but \(error)")
        }
        try store.prepareForInference(reuses: reuses)
        return LoadedModel(
            network: network, store: store, path: path, notes: [note].compactMap { $0 })
    }
}
