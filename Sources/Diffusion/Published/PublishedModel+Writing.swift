import Checkpoints
import Foundation
import Layers
import Torch

extension PublishedModel {
    /// How ``write(to:_:progress:)`` writes.
    public struct Writing: Sendable {
        /// Of the random parameters. The k-th part draws from `seed` + 10 000 k, as
        /// ``SeededParameters`` says, whichever parts are chosen.
        public var seed: UInt64 = 0
        /// The weights' type.
        public var dtype: DType = .float32
        /// Names of the parts to write; all if empty.
        public var only: [String] = []
        /// A small model of the same family.
        public var tiny = false
        /// Bytes of weights a file may hold; what does not fit one file gets an index.
        public var maximumShardByteCount = 10_000_000_000
        /// Whether an existing folder may be replaced.
        public var replacing = false

        /// Float32, seed 0, everything, full size.
        public init() {}
    }

    /// Writes a folder with this architecture and made-up parameters, laid out as diffusers and
    /// transformers save it, one tensor at a time. The folder appears complete or not at all.
    ///
    /// - Parameters:
    ///   - folder: its name; the folder that will hold it must exist.
    ///   - options: how.
    ///   - progress: called after each tensor with the number written and of all.
    /// - Throws: ``DiffusionError`` for a part that the model does not have, `CheckpointError` if
    ///   something cannot be written, `TorchError`.
    public func write(
        to folder: String, _ options: Writing = Writing(),
        progress: @escaping (Int, Int) -> Void = { _, _ in }
    ) throws {
        let all = components(tiny: options.tiny)
        let unknown = options.only.filter { name in !all.contains { $0.name == name } }
        guard unknown.isEmpty, options.only.isEmpty || isPipeline else {
            let names = isPipeline ? all.map(\.name).joined(separator: ", ") : "one part only"
            throw DiffusionError(
                "\(rawValue): expected names of its parts, found "
                    + "\((unknown.isEmpty ? options.only : unknown).joined(separator: ", ")); it "
                    + "has \(names)")
        }
        let chosen = all.enumerated().filter {
            options.only.isEmpty || options.only.contains($0.element.name)
        }
        var stores: [String: ParameterStore] = [:]
        for (_, part) in chosen {
            if let kind = part.network, let text = part.configuration {
                stores[part.name] = try kind.shapes(
                    ConfigurationFile(bytes: Array(text.utf8), from: "config.json"))
            }
        }
        let total = stores.values.reduce(0) { $0 + $1.entries.count }
        var done = 0
        try AtomicFolder.write(to: folder, replacing: options.replacing) { place in
            for (index, part) in chosen {
                let own = part.name.isEmpty ? place : "\(place)/\(part.name)"
                try FileManager.default.createDirectory(
                    atPath: own, withIntermediateDirectories: true)
                try write(
                    part, stores[part.name], seed: options.seed &+ UInt64(10_000 * index), to: own,
                    options
                ) {
                    done += 1
                    progress(done, total)
                }
            }
            if isPipeline {
                try Self.write(index(chosen.map(\.element)), to: "\(place)/model_index.json")
            }
        }
    }

    private func write(
        _ part: Component, _ store: ParameterStore?, seed: UInt64, to folder: String,
        _ options: Writing, step: @escaping () -> Void
    ) throws {
        switch part.content {
        case .network(let kind, let json):
            guard let store else { return }
            let writer = NetworkWriter(
                kind: kind, shapes: store, source: SeededParameters(like: store, seed: seed),
                configuration: json.text + "\n", dtype: options.dtype, stored: { _ in .float32 })
            try writer.write(
                to: folder, maximumShardByteCount: options.maximumShardByteCount, step: step)
        case .tokenizer(let vocabulary, let padding):
            for (name, text) in vocabulary.files(padding: padding) {
                try Self.write(text, to: "\(folder)/\(name)")
            }
        case .settings(let name, let json):
            try Self.write(json.text + "\n", to: "\(folder)/\(name)")
        }
    }

    /// `model_index.json`: every part with its class; those left out as null.
    private func index(_ parts: [Component]) -> String {
        var index: JSONValue = [
            "_class_name": .string(pipelineClass ?? ""),
            "_diffusers_version": .string(diffusersVersion),
            "feature_extractor": [nil, nil],
        ]
        switch self {
        case .sdxl, .sdxlInpainting:
            index = index.with(["force_zeros_for_empty_prompt": true, "image_encoder": [nil, nil]])
        default:
            index = index.with(["requires_safety_checker": false, "safety_checker": [nil, nil]])
        }
        // A folder within a folder is no component to diffusers.
        let isComponent = { (part: Component) in !part.name.contains("/") }
        for part in components().filter(isComponent) {
            index = index.with([part.name: [nil, nil]])
        }
        for part in parts.filter(isComponent) {
            index = index.with([part.name: [.string(part.library), .string(part.className)]])
        }
        return index.text + "\n"
    }

    private static func write(_ text: String, to path: String) throws {
        try AtomicFile.write(Array(text.utf8), to: path)
    }
}
