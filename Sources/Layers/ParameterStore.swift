import Torch

/// Where a store takes tensors from by name: a checkpoint, a dictionary.
public protocol ParameterSource {
    /// Every name it holds.
    var names: [String] { get }
    /// The shape of a tensor without reading it; nil if there is none of this name.
    func shape(of name: String) -> [Int]?
    /// Reads one tensor, converted if `dtype` is given, onto `device`.
    func tensor(named name: String, dtype: DType?, device: Device) throws -> Tensor
}

/// All parameters and buffers of a model, by their checkpoint names.
///
/// Layers ask for theirs through a ``Scope`` while the model is being built. The store is the one
/// list that saving, loading, optimizers, averages, freezing and adapters share.
///
/// ```swift
/// let store = try ParameterStore(loading: checkpoint, dtype: .bfloat16)
/// let model = UNet2DCondition(store.root, configuration)
/// try store.finish()  // names everything missing, unused or of the wrong shape, at once
/// ```
///
/// Not thread-safe; build a model in one thread.
public final class ParameterStore {
    /// One named tensor.
    public struct Entry {
        /// Dotted path, as in checkpoints.
        public let name: String
        /// The value; layers hold the same object.
        public let tensor: Tensor
        /// A buffer is saved but never trained: batch norm's running statistics.
        public let isBuffer: Bool
    }

    /// In the order the model asked for them. Weights that layers have packed for their products are
    /// brought back first, so don't ask in the middle of a run.
    public var entries: [Entry] {
        for slot in adapterSlots { _ = slot.weight }
        return all
    }
    private(set) var all: [Entry] = []
    /// The layers that adapters can be put into, in the order the model made them.
    public private(set) var adapterSlots: [AdapterSlot] = []
    /// The scope of the whole model.
    public var root: Scope { Scope(store: self, path: "") }

    private enum Origin {
        case initializers(Generator)
        case source(any ParameterSource)
        case shapesOnly
    }

    private var origin: Origin
    private let dtype: DType?
    private let device: Device
    private var indices: [String: Int] = [:]
    private var problems = ParameterError()
    /// What a layer holds when its tensor could not be had; ``finish(ignoring:)`` will throw.
    private let placeholder: Tensor

    /// A store that fills parameters by their initialisers, drawn in the order the model is built.
    public init(
        generator: Generator, dtype: DType = .float32, device: Device = .cpu
    ) throws {
        origin = .initializers(generator)
        (self.dtype, self.device) = (dtype, device)
        placeholder = try Tensor.empty([0], device: .meta)
    }

    /// A store that takes every tensor from a checkpoint.
    ///
    /// - Parameters:
    ///   - source: holds exactly the model's names, or ``finish(ignoring:)`` complains.
    ///   - dtype: floating-point tensors are converted to it; nil keeps the checkpoint's.
    ///   - device: where they go.
    /// - Throws: `TorchError` if that device is not there.
    public init(loading source: any ParameterSource, dtype: DType? = nil, device: Device = .cpu)
        throws
    {
        origin = .source(source)
        (self.dtype, self.device) = (dtype, device)
        placeholder = try Tensor.empty([0], device: .meta)
    }

    /// A store of names and shapes without memory, to compare with a list of keys.
    public static func shapesOnly() throws -> ParameterStore { try ParameterStore() }

    private init() throws {
        origin = .shapesOnly
        (dtype, device) = (.float32, .meta)
        placeholder = try Tensor.empty([0], device: .meta)
    }

    /// The tensor of this name, if the model asked for one.
    public subscript(name: String) -> Tensor? {
        guard let index = indices[name] else { return nil }
        return entries[index].tensor
    }

    func register(_ slot: AdapterSlot) { adapterSlots.append(slot) }

    /// Gives a layer its tensor. Never throws: what goes wrong is kept for ``finish(ignoring:)``.
    func tensor(
        _ name: String, _ shape: [Int], _ initializer: Initializer, dtype own: DType?,
        isBuffer: Bool
    ) -> Tensor {
        if let index = indices[name] {
            problems.duplicates.append(name)
            return all[index].tensor
        }
        guard let tensor = make(name, shape, initializer, own) else { return placeholder }
        indices[name] = all.count
        all.append(Entry(name: name, tensor: tensor, isBuffer: isBuffer))
        return tensor
    }

    private func make(_ name: String, _ shape: [Int], _ initializer: Initializer, _ own: DType?)
        -> Tensor?
    {
        do {
            switch origin {
            case .shapesOnly:
                return try Tensor.empty(shape, dtype: own ?? .float32, device: .meta)
            case .initializers(let generator):
                return try initializer.tensor(shape, generator: generator)
                    .to(own ?? dtype ?? .float32).to(device)
            case .source(let source):
                guard let found = source.shape(of: name) else {
                    problems.missing.append(name)
                    return nil
                }
                guard found == shape else {
                    problems.misshaped.append(.init(name: name, expected: shape, found: found))
                    return nil
                }
                return try source.tensor(named: name, dtype: own ?? dtype, device: device)
            }
        } catch {
            problems.failures.append("\(name): \(error)")
            return nil
        }
    }

    /// Gives the memory of every tensor back, and lets go of the file that they may be views of. The
    /// model can't be used any more: its tensors are empty.
    public func release() throws {
        for slot in adapterSlots { slot.layerWeight.release() }
        for entry in all {
            let tensor = entry.tensor
            try tensor.setGrad(nil)
            try tensor.setData(Tensor.empty([0], dtype: tensor.dtype, device: tensor.device))
        }
        origin = .shapesOnly
        LibTorch.releaseFreedMemory()
    }

    /// Ends building: throws one ``ParameterError`` with all that was missing, unused, mis-shaped,
    /// asked for twice or unreadable.
    ///
    /// - Parameter ignored: ends of names that a checkpoint may hold without use; by default what
    ///   older files carry along (`position_ids`, `num_batches_tracked`).
    /// - Throws: ``ParameterError`` if anything was wrong.
    public func finish(ignoring ignored: [String] = ["position_ids", "num_batches_tracked"]) throws
    {
        var report = problems
        if case .source(let source) = origin {
            let known = Set(report.missing + report.misshaped.map(\.name)).union(indices.keys)
            report.unused = source.names.filter { name in
                !known.contains(name) && !ignored.contains { name.hasSuffix($0) }
            }.sorted()
        }
        guard report.isEmpty else { throw report }
    }
}

/// All that kept a model from being built, together.
public struct ParameterError: Error, Hashable, Sendable {
    /// A tensor of another shape than the model's.
    public struct Misshaped: Hashable, Sendable {
        /// Dotted path.
        public let name: String
        /// The model's shape.
        public let expected: [Int]
        /// The checkpoint's shape.
        public let found: [Int]
    }

    /// Names that the checkpoint lacks.
    public var missing: [String] = []
    /// Names that the model does not use.
    public var unused: [String] = []
    /// Tensors whose shapes differ.
    public var misshaped: [Misshaped] = []
    /// Names that two layers asked for: a fault of the model.
    public var duplicates: [String] = []
    /// Tensors that could not be read, with the reason.
    public var failures: [String] = []

    var isEmpty: Bool {
        missing.isEmpty && unused.isEmpty && misshaped.isEmpty && duplicates.isEmpty
            && failures.isEmpty
    }
}

extension ParameterError: CustomStringConvertible {
    /// `missing attn2.to_q.weight; expected attn2.to_k.weight [320, 768], found [320, 1024]; unused
    /// attn2.extra`, each list cut after twelve names.
    public var description: String {
        func list(_ head: String, _ items: [String]) -> String? {
            guard !items.isEmpty else { return nil }
            let rest = items.count > 12 ? " and \(items.count - 12) more" : ""
            return "\(head) " + items.prefix(12).joined(separator: ", ") + rest
        }
        let wrong = misshaped.map { "\($0.name) \($0.expected), found \($0.found)" }
        return [
            list("missing", missing), list("expected", wrong), list("unused", unused),
            list("asked for twice:", duplicates), list("could not read", failures),
        ].compactMap { $0 }.joined(separator: "; ")
    }
}
