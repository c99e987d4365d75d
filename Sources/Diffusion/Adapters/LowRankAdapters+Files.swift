import Checkpoints
import Layers
import Torch

/// What a file of adapters says of itself, in the words of the tools that read it.
public struct LowRankDescription: Hashable, Sendable {
    /// What it is called.
    public var title = ""
    /// The base model's name or folder.
    public var baseModel = ""
    /// kohya's word for the base's family.
    public var family = "sd_v1"
    /// Side of the training pictures, pixels.
    public var resolution = 512
    /// Steps trained.
    public var steps = 0
    /// What the base predicts.
    public var prediction = PredictionType.epsilon
    /// More entries of the header.
    public var notes: [String: String] = [:]

    /// Of an SD1.5-shaped base of 512 pixels.
    public init() {}
}

extension LowRankAdapters {
    /// Writes a file that diffusers' `load_lora_weights`, or kohya's tools, read.
    ///
    /// - Parameters:
    ///   - path: the file to create or replace.
    ///   - layout: whose names.
    ///   - dtype: of the tensors; nil keeps theirs.
    ///   - description: goes into the header as `ss_*` and `modelspec.*`.
    /// - Throws: `CheckpointError`, `TorchError`.
    public func write(
        to path: String, layout: LowRankLayout = .diffusers, dtype: DType? = nil,
        description: LowRankDescription = .init()
    ) throws {
        var tensors: [String: Tensor] = [:]
        for module in modules {
            let names = LowRankNames(layout, network: module.network, path: module.slot.path)
            for (name, tensor) in [(names.down, module.branch.down), (names.up, module.branch.up)] {
                tensors[name] = try tensor.detached().to(dtype ?? tensor.dtype)
            }
            if layout == .kohya { tensors[names.alpha] = try Tensor(Float(module.branch.alpha)) }
        }
        try SafetensorsWriter.write(tensors, metadata: try header(layout, description), to: path)
    }

    private func header(_ layout: LowRankLayout, _ text: LowRankDescription) throws
        -> [String: String]
    {
        let rank = modules.map(\.branch.rank).max() ?? 0
        let alpha = modules.map(\.branch.alpha).max() ?? 0
        var header = [
            "format": "pt",
            "ss_network_module": "networks.lora", "ss_network_dim": "\(rank)",
            "ss_network_alpha": "\(alpha)", "ss_base_model_version": text.family,
            "ss_sd_model_name": text.baseModel, "ss_output_name": text.title,
            "ss_resolution": "(\(text.resolution), \(text.resolution))",
            "ss_steps": "\(text.steps)",
            "modelspec.sai_model_spec": "1.0.0", "modelspec.title": text.title,
            "modelspec.architecture":
                (text.family == "sd_v1" ? "stable-diffusion-v1" : text.family) + "/lora",
            "modelspec.implementation": "diffusers",
            "modelspec.resolution": "\(text.resolution)x\(text.resolution)",
            "modelspec.prediction_type": text.prediction == .velocity ? "v" : "epsilon",
        ]
        if layout == .diffusers { header[Self.metadataKey] = configuration().text }
        return header.merging(text.notes) { _, own in own }
    }

    /// PEFT's configuration of every network, under the key that diffusers reads: without it, alpha
    /// would be taken for the rank.
    private func configuration() -> JSONValue {
        var members: [String: JSONValue] = [:]
        for network in Set(modules.map(\.network)).sorted() {
            let own = modules.filter { $0.network == network }
            let rank = own.map(\.branch.rank).max() ?? 1
            let alpha = own.map(\.branch.alpha).max() ?? 1
            var (ranks, alphas): ([String: JSONValue], [String: JSONValue]) = ([:], [:])
            for module in own {
                let (branch, path) = (module.branch, module.slot.path)
                if branch.rank != rank { ranks[path] = .number("\(branch.rank)") }
                if branch.alpha != alpha { alphas[path] = .number("\(branch.alpha)") }
            }
            members["\(network).r"] = .number("\(rank)")
            members["\(network).lora_alpha"] = .number("\(alpha)")
            members["\(network).rank_pattern"] = .object(ranks)
            members["\(network).alpha_pattern"] = .object(alphas)
            members["\(network).target_modules"] = .array(
                own.map { .string($0.slot.path) })
        }
        return .object(members)
    }

    static let metadataKey = "lora_adapter_metadata"
}

extension LowRankAdapters {
    /// Reads a file that this, diffusers, PEFT or kohya's scripts wrote.
    ///
    /// - Parameters:
    ///   - path: a safetensors or torch file.
    ///   - networks: where the adapters go.
    ///   - device: the networks'.
    /// - Throws: ``DiffusionError`` that names what fits no layer, or how the adapters differ from
    ///   plain ones; `CheckpointError`, `TorchError`.
    public convenience init(
        _ path: String, into networks: [AdaptedNetwork], device: Device = .cpu
    ) throws {
        let file = try openCheckpoint(path)
        let known = try LowRankFile(file, path, networks)
        let tensors = known.tensors
        let words = try Self.configuration(of: file, path)
        var left = Set(tensors.keys)
        var (found, alphas): ([String: Tensor], [String: Double]) = ([:], [:])
        for network in networks {
            for slot in network.store.adapterSlots {
                for names in LowRankNames.all(network: network.name, path: slot.path) {
                    guard let down = tensors[names.down], let up = tensors[names.up] else {
                        continue
                    }
                    let name = "\(network.name).\(slot.path)"
                    let dims = slot.weight.rank
                    found["\(name).lora_A.weight"] = try down.fitted(dims)
                    found["\(name).lora_B.weight"] = try up.fitted(dims)
                    alphas[name] =
                        try tensors[names.alpha]?.item()
                        ?? words["\(network.name).alpha_pattern"]?[slot.path]?.double
                        ?? words["\(network.name).lora_alpha"]?.double
                    left.subtract([names.down, names.up, names.alpha])
                    break
                }
            }
        }
        guard left.isEmpty, !found.isEmpty else {
            let odd = left.sorted()
            throw DiffusionError(
                "\(path): expected low-rank adapters of "
                    + networks.map(\.name).joined(separator: " and ") + ", found "
                    + (odd.isEmpty ? "none" : "\(odd.count) tensors that fit no layer: ")
                    + listed(odd) + "; "
                    + (known.family.map { "they are for \($0), so " } ?? "")
                    + "take adapters that were made for this model's family")
        }
        do {
            try self.init(into: networks, loading: found, alphas: alphas, device: device)
        } catch let error as ParameterError {
            throw DiffusionError("\(path): the adapters do not fit this model: \(error)")
        }
    }

    /// PEFT's configuration in a header, if there is one.
    private static func configuration(of file: any CheckpointReader, _ path: String) throws
        -> [String: JSONValue]
    {
        guard let text = file.metadata[metadataKey],
            case .object(let members) = try? JSONValue(Array(text.utf8))
        else { return [:] }
        for (key, value) in members.sorted(by: { $0.key < $1.key }) where value == true {
            for kind in ["use_dora", "use_rslora"] where key.hasSuffix("." + kind) {
                throw DiffusionError(
                    "\(path): expected plain low-rank adapters, found \(kind), which is not offered"
                )
            }
        }
        return members
    }
}

extension Tensor {
    /// Adapters of 1x1 convolutions and of linear layers differ by trailing dimensions of 1.
    fileprivate func fitted(_ rank: Int) throws -> Tensor {
        if self.rank == 4, rank == 2, shape.suffix(2) == [1, 1] { return try flattened(from: 1) }
        if self.rank == 2, rank == 4 { return try reshaped(shape + [1, 1]) }
        return self
    }
}

extension JSONValue {
    fileprivate var double: Double? {
        if case .number(let text) = self { Double(text) } else { nil }
    }
}
