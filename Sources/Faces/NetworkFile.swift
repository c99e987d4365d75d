import Checkpoints
import Foundation
import Layers
import Torch

/// The weights of a network of this module and, where there is one, its configuration.
struct NetworkFile {
    /// The `config.json`; nil for a lone weight file.
    let configuration: String?
    /// The weight file.
    let weights: String
    /// Its tensors, without the prefix that parallel training leaves.
    let source: any ParameterSource

    /// Finds the files.
    ///
    /// - Parameter path: a folder with `config.json` and `model.safetensors`, or a weight file.
    /// - Throws: `CheckpointError` if the weights cannot be opened.
    init(_ path: String) throws {
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        configuration = isFolder.boolValue ? "\(path)/config.json" : nil
        weights = isFolder.boolValue ? "\(path)/model.safetensors" : path
        let checkpoint = try Checkpoint(weights)
        let isWrapped =
            !checkpoint.names.isEmpty
            && checkpoint.names.allSatisfy { $0.hasPrefix(UnwrappedSource.prefix) }
        source = isWrapped ? UnwrappedSource(base: checkpoint) : checkpoint
    }

    /// Builds a network from every tensor of the file.
    ///
    /// - Throws: ``FaceError/weights(file:detail:)`` with all missing, unused and mis-shaped
    ///   tensors, before any is read.
    func load<Network>(dtype: DType?, device: Device, build: (Scope) -> Network) throws -> (
        Network, ParameterStore
    ) {
        do {
            let check = try ParameterStore(loading: ShapesOnly(source: source))
            _ = build(check.root)
            try check.finish()
            let store = try ParameterStore(loading: source, dtype: dtype, device: device)
            let network = build(store.root)
            try store.finish()
            try store.prepareForInference()
            return (network, store)
        } catch let error as ParameterError {
            throw FaceError.weights(
                file: weights,
                detail: "the weights do not fit \(configuration ?? "the sizes read off them"): "
                    + error.description)
        }
    }
}

/// A source whose names start with `module.`, as PyTorch's parallel training saves them.
private struct UnwrappedSource: ParameterSource {
    static let prefix = "module."
    let base: any ParameterSource

    var names: [String] { base.names.map { String($0.dropFirst(Self.prefix.count)) } }
    func shape(of name: String) -> [Int]? { base.shape(of: Self.prefix + name) }
    func tensor(named name: String, dtype: DType?, device: Device) throws -> Tensor {
        try base.tensor(named: Self.prefix + name, dtype: dtype, device: device)
    }
}

/// A source's names and shapes without its numbers.
private struct ShapesOnly: ParameterSource {
    let source: any ParameterSource

    var names: [String] { source.names }
    func shape(of name: String) -> [Int]? { source.shape(of: name) }
    func tensor(named name: String, dtype: DType?, device: Device) throws -> Tensor {
        try Tensor.empty(source.shape(of: name) ?? [], device: .meta)
    }
}

/// How many numbers from 0 on something holds for: blocks that a file has.
func countFromZero(_ holds: (Int) -> Bool) -> Int {
    var count = 0
    while holds(count) { count += 1 }
    return count
}
