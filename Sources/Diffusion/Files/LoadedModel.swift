import Checkpoints
import Layers
import Torch

/// A network with its parameters, read from a folder or a file.
public struct LoadedModel<Network> {
    /// The network.
    public let network: Network
    /// Its parameters.
    public let store: ParameterStore
    /// Where it came from.
    public let path: String
    /// What a user should know, each a sentence: another variant was taken, say.
    public let notes: [String]
}

extension ModelFolder {
    /// The folder's configuration and weights.
    public var files: NetworkFiles {
        NetworkFiles(path: path, configuration: configuration) {
            let found = try weights()
            return (Checkpoint(try openCheckpoint(found.path)), found.path, found.note)
        }
    }

    /// Reads a denoising network; see ``NetworkFiles``.
    public func unet(dtype: DType? = nil, device: Device = .cpu) throws -> LoadedModel<
        UNet2DCondition
    > {
        try files.unet(dtype: dtype, device: device)
    }

    /// Reads a ControlNet.
    public func controlNet(dtype: DType? = nil, device: Device = .cpu) throws -> LoadedModel<
        ControlNet
    > {
        try files.controlNet(dtype: dtype, device: device)
    }

    /// Reads a latent ControlNet, whose configuration is that of the UNet it copies.
    public func latentControlNet(dtype: DType? = nil, device: Device = .cpu) throws -> LoadedModel<
        LatentControlNet
    > {
        try files.latentControlNet(dtype: dtype, device: device)
    }

    /// Reads an autoencoder.
    public func autoencoder(dtype: DType? = nil, device: Device = .cpu) throws -> LoadedModel<
        AutoencoderKL
    > {
        try files.autoencoder(dtype: dtype, device: device)
    }

    /// Reads a text encoder, with a projection where its configuration or its weights have one.
    public func clipText(dtype: DType? = nil, device: Device = .cpu) throws -> LoadedModel<CLIPText>
    {
        try files.clipText(dtype: dtype, device: device)
    }

    /// Reads an image encoder, of either kind.
    public func clipVision(dtype: DType? = nil, device: Device = .cpu) throws -> LoadedModel<
        CLIPVision
    > {
        try files.clipVision(dtype: dtype, device: device)
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
