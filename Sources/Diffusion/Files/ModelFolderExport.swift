import Checkpoints
import Foundation
import Layers
import Torch

/// Writes a model folder anew in the published form: names of today, no prefixes or old names, plain
/// files or shards with an index.
///
/// ```swift
/// let export = try ModelFolderExport("old-model", variant: "fp16")  // checks everything, writes nothing
/// try export.write(to: "new-model", dtype: .float16)
/// ```
public struct ModelFolderExport {
    /// What a user should know, each a sentence: parts that are left out, another variant taken.
    public let notes: [String]
    private let path: String
    private var networks: [Network]
    /// Folders that are copied but for their weights, within the model's own.
    private let copied: [String]
    /// `model_index.json` without the parts left out; nil for a single network.
    private let index: JSONValue?

    fileprivate struct Network {
        let name: String
        let shapes: ParameterStore
        let writer: NetworkWriter
    }

    /// Opens a pipeline's folder, or one network's, and checks every network in it.
    ///
    /// - Parameters:
    ///   - path: a folder with a `model_index.json`, or with one network's `config.json`.
    ///   - variant: `fp16` where those weights are preferred.
    ///   - dtype: what floating-point tensors will be converted to; nil keeps each as it is.
    /// - Throws: ``DiffusionError`` with all that is wrong with all networks.
    public init(_ path: String, variant: String? = nil, dtype: DType? = nil) throws {
        self.path = path
        guard ModelFolder(path).has("model_index.json") else {
            let folder = ModelFolder(path, variant: variant)
            let kind = try folder.kind()
            networks = [try folder.network("", kind, dtype)]
            (copied, index, notes) = ([""], nil, try folder.weights().note.map { [$0] } ?? [])
            return
        }
        let pipeline = try DiffusersFolder(path, variant: variant)
        var networks: [Network] = []
        var (copied, leftOut, notes, faults): ([String], [String], [String], [String]) =
            ([], [], [], [])
        for (name, component) in pipeline.index.components.sorted(by: { $0.key < $1.key }) {
            let folder = try pipeline.component(name)
            do {
                if let kind = NetworkKind(rawValue: component.className) {
                    networks.append(try folder.network(name, kind, dtype))
                    if let note = try folder.weights().note { notes.append(note) }
                } else if (try? folder.weights()) == nil {
                    copied.append(name)
                } else {
                    leftOut.append(name)
                    notes.append(
                        "\(path)/\(name): left out, since Likeness has no \(component.className)")
                }
            } catch let error as DiffusionError {
                faults.append(error.description)
            } catch let error as CheckpointError {
                faults.append(error.description)
            }
        }
        guard faults.isEmpty else { throw DiffusionError(faults.joined(separator: "; also ")) }
        (self.networks, self.copied, self.notes) = (networks, copied, notes)
        let json = try parseJSON(
            readSmallFile("\(path)/model_index.json", limit: 1 << 20, of: "an index"), from: path)
        index = leftOut.reduce(json) { $0.with([$1: [nil, nil]]) }
    }

    /// The same export with other weights in one network: trained ones.
    ///
    /// - Parameters:
    ///   - name: the part's folder, such as `unet`.
    ///   - source: has exactly its tensors; they are written in their own types.
    /// - Returns: the export; nothing is written yet.
    /// - Throws: ``DiffusionError`` if there is no such network, or names or shapes differ.
    public func replacing(_ name: String, with source: any ParameterSource) throws
        -> ModelFolderExport
    {
        guard let index = networks.firstIndex(where: { $0.name == name }) else {
            throw DiffusionError("\(path): expected a network named \(quoted(name)), found none")
        }
        let old = networks[index]
        let odd = old.shapes.entries.filter { source.shape(of: $0.name) != $0.tensor.shape }
        guard odd.isEmpty, source.names.count == old.shapes.entries.count else {
            throw DiffusionError(
                "\(path)/\(name): expected weights of this network, found others: "
                    + "\(source.names.count) tensors, and not as expected \(listed(odd.map(\.name)))"
            )
        }
        var copy = self
        copy.networks[index] = Network(
            name: name, shapes: old.shapes,
            writer: NetworkWriter(
                kind: old.writer.kind, shapes: old.shapes, source: source,
                configuration: old.writer.configuration, dtype: nil,
                stored: { try source.tensor(named: $0, dtype: nil, device: .cpu).dtype }))
        return copy
    }

    /// Writes the new folder; it appears complete or not at all.
    ///
    /// - Parameters:
    ///   - folder: its name; the folder that will hold it must exist.
    ///   - maximumShardByteCount: bytes of weights a file may hold.
    ///   - replacing: whether an existing folder may be replaced.
    ///   - progress: called after each tensor with the number written and of all.
    /// - Throws: `CheckpointError` if something cannot be read or written, `TorchError`.
    public func write(
        to folder: String, maximumShardByteCount: Int = 10_000_000_000, replacing: Bool = false,
        progress: @escaping (Int, Int) -> Void = { _, _ in }
    ) throws {
        let total = networks.reduce(0) { $0 + $1.shapes.entries.count }
        var done = 0
        try AtomicFolder.write(to: folder, replacing: replacing) { place in
            for name in copied + networks.map(\.name) {
                try FileManager.default.createDirectory(
                    atPath: "\(place)/\(name)", withIntermediateDirectories: true)
                try copySettings(name, to: place)
            }
            for network in networks {
                try network.writer.write(
                    to: "\(place)/\(network.name)", maximumShardByteCount: maximumShardByteCount
                ) {
                    done += 1
                    progress(done, total)
                }
            }
            if let index {
                try AtomicFile.write(
                    Array((index.text + "\n").utf8), to: "\(place)/model_index.json")
            }
        }
    }

    /// Copies the small text files of a part: settings and vocabularies, no weights or their index.
    private func copySettings(_ name: String, to place: String) throws {
        let source = "\(path)/\(name)"
        for file in try FileManager.default.contentsOfDirectory(atPath: source).sorted() {
            let isText = file.hasSuffix(".json") || file.hasSuffix(".txt")
            guard isText, !file.contains(".index."), ModelFolder(source).has(file) else { continue }
            try AtomicFile.write(
                readSmallFile("\(source)/\(file)", limit: 64 << 20, of: "a list of settings"),
                to: "\(place)/\(name)/\(file)")
        }
    }
}

extension ModelFolder {
    /// Checks a network and gets ready to write it.
    fileprivate func network(_ name: String, _ kind: NetworkKind, _ dtype: DType?) throws
        -> ModelFolderExport.Network
    {
        let source = try files.checkedWeights(renaming: kind.published, build: kind.build).source
        let shapes = try kind.shapes(configuration())
        let text = String(
            decoding: try readSmallFile(
                configuration().path, limit: ConfigurationFile.maximumByteCount,
                of: "a configuration"), as: UTF8.self)
        return ModelFolderExport.Network(
            name: name, shapes: shapes,
            writer: NetworkWriter(
                kind: kind, shapes: shapes, source: source, configuration: text, dtype: dtype,
                stored: { try source.tensor(named: $0, dtype: nil, device: .cpu).dtype }))
    }
}
