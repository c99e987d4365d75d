import Checkpoints
import Layers
import Torch

extension ModelFolder {
    /// The network's class, as its configuration names it: `_class_name` in diffusers' files,
    /// `architectures` in transformers'.
    ///
    /// - Throws: ``DiffusionError`` if there is no configuration, or it names no class of
    ///   ``NetworkKind``.
    public func kind() throws -> NetworkKind {
        let file = try configuration()
        let names: [String] = file.read("architectures", default: [])
        let name: String = file.read("_class_name", default: names.first ?? "")
        guard let kind = NetworkKind(rawValue: name) else {
            throw DiffusionError(
                "\(file.path): expected _class_name or architectures to name one of "
                    + NetworkKind.allCases.map(\.rawValue).joined(separator: ", ")
                    + ", found \(name.isEmpty ? "none" : quoted(name)); name a folder of one of "
                    + "these networks, or a pipeline")
        }
        return kind
    }

}

extension NetworkFiles {
    /// The weights, after their names and shapes were compared with the network's. Nothing of them
    /// is read yet.
    ///
    /// - Parameters:
    ///   - renaming: gives the file's tensors the names that the network uses.
    ///   - build: asks for every parameter.
    /// - Returns: the weights, and a sentence if they are not of the variant asked for.
    /// - Throws: ``DiffusionError`` with all that is wrong with the configuration, or with all
    ///   missing, unused and mis-shaped tensors; `CheckpointError`.
    func checkedWeights(
        renaming: (any ParameterSource) -> any ParameterSource,
        build: (Scope, ConfigurationFile) throws -> Void
    ) throws -> (source: any ParameterSource, note: String?) {
        let file = try configuration()
        // A configuration that is wrong is reported before weights that are not there.
        try build(ParameterStore.shapesOnly().root, file)
        let found = try weights()
        let source = renaming(found.source)
        let store = try ParameterStore(loading: Described(source: source))
        try build(store.root, configuration())
        do { try store.finish() } catch let error as ParameterError {
            throw DiffusionError(
                "\(found.path): the weights do not fit \(file.path): \(error); take both from one "
                    + "model")
        }
        return (source, found.note)
    }
}

/// A source's names and shapes without its numbers.
private struct Described: ParameterSource {
    let source: any ParameterSource

    var names: [String] { source.names }

    func shape(of name: String) -> [Int]? { source.shape(of: name) }

    func tensor(named name: String, dtype: DType?, device: Device) throws -> Tensor {
        try Tensor.empty(source.shape(of: name) ?? [], device: .meta)
    }
}
