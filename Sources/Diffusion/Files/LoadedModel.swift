import Checkpoints
import Layers
import Torch

/// A network with its parameters, read from a folder.
public struct LoadedModel<Network> {
    /// The network.
    public let network: Network
    /// Its parameters.
    public let store: ParameterStore
    /// Where it came from.
    public let folder: ModelFolder
    /// What a user should know, each a sentence: another variant was taken, say.
    public let notes: [String]
}

extension ModelFolder {
    /// Reads a network: its configuration, then every tensor of its weights.
    ///
    /// - Parameters:
    ///   - dtype: converts the weights; nil keeps the file's types.
    ///   - device: where they go.
    ///   - renaming: gives the file's tensors the names that the network uses.
    ///   - build: makes the network from its scope.
    /// - Returns: the network and its parameters.
    /// - Throws: ``DiffusionError`` with all that is wrong with the configuration, or with all
    ///   missing, unused and mis-shaped tensors; `CheckpointError`; `TorchError`.
    func load<Network>(
        dtype: DType?, device: Device,
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
        return LoadedModel(
            network: network, store: store, folder: self, notes: [note].compactMap { $0 })
    }

    /// Reads a denoising network.
    ///
    /// - Throws: as all of these: ``DiffusionError`` naming everything wrong at once,
    ///   `CheckpointError` for a broken file, `TorchError`.
    public func unet(dtype: DType? = nil, device: Device = .cpu) throws -> LoadedModel<
        UNet2DCondition
    > {
        try load(dtype: dtype, device: device) {
            UNet2DCondition($0, try UNet2DConditionConfiguration($1))
        }
    }

    /// Reads a ControlNet.
    public func controlNet(dtype: DType? = nil, device: Device = .cpu) throws -> LoadedModel<
        ControlNet
    > {
        try load(dtype: dtype, device: device) { ControlNet($0, try ControlNetConfiguration($1)) }
    }

    /// Reads a latent ControlNet, whose configuration is that of the UNet it copies.
    public func latentControlNet(dtype: DType? = nil, device: Device = .cpu) throws -> LoadedModel<
        LatentControlNet
    > {
        try load(dtype: dtype, device: device) {
            LatentControlNet($0, try UNet2DConditionConfiguration($1))
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
    ///
    /// - Throws: as all of these.
    public func clipText(dtype: DType? = nil, device: Device = .cpu) throws -> LoadedModel<CLIPText>
    {
        let architectures: [String] = try configuration().read("architectures", default: [])
        let named = architectures.contains(NetworkKind.clipTextWithProjection.rawValue)
        let projects =
            try named || openWeights().entries.contains { $0.name == "text_projection.weight" }
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
}

extension IPAdapter {
    /// Reads an adapter's file.
    ///
    /// - Parameters:
    ///   - path: a safetensors or torch file with `image_proj.*` and `ip_adapter.*`.
    ///   - unet: the network it will be used with.
    ///   - dtype: of that network.
    ///   - device: of that network.
    /// - Throws: ``DiffusionError``, `CheckpointError`, `TorchError`.
    public convenience init(
        _ path: String, for unet: UNet2DCondition, dtype: DType? = nil, device: Device = .cpu
    ) throws {
        let source = Checkpoint(try openCheckpoint(path))
        let shape = try IPAdapterShape(of: source)
        let store = try ParameterStore(loading: source, dtype: dtype, device: device)
        self.init(store.root, shape, for: unet)
        do { try store.finish() } catch let error as ParameterError {
            throw DiffusionError("\(path): the adapter does not fit this UNet: \(error)")
        }
    }
}
