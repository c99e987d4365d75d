import Torch

/// Low-rank adapters of one or several networks, as a set that goes in and out together. Hu et al.
/// 2022, "LoRA".
///
/// ```swift
/// let adapters = try LowRankAdapters(
///     into: [AdaptedNetwork("unet", model.store)], rank: 8, generator: generator)
/// try adapters.apply()         // the network computes with them
/// try adapters.store.train()   // a trainer's optimizer moves only them
/// ```
///
/// Parameters are named as PEFT and diffusers do: `unet.PATH.lora_A.weight` goes down, `lora_B` up.
/// New ones start from Kaiming-uniform and zeros, so that at first nothing changes.
public final class LowRankAdapters {
    /// One layer's adapter.
    public struct Module {
        /// The network and the layer's path in it: `unet.mid_block.attentions.0.proj_in`.
        public let name: String
        /// The network's name, which ``name`` starts with.
        public let network: String
        /// The layer's place for it.
        public let slot: AdapterSlot
        /// Its numbers.
        public let branch: LowRankBranch
    }

    /// Where the adapters are.
    public enum State: Hashable, Sendable {
        /// In no network.
        case out
        /// Computed beside their layers; the only state that gradients reach them in.
        case applied
        /// Added to the weights.
        case merged
    }

    /// The adapters' own parameters, without the networks'.
    public let store: ParameterStore
    /// One a layer, in the networks' order.
    public let modules: [Module]
    /// Where they are now.
    public private(set) var state = State.out

    /// New adapters. The networks' own parameters are frozen.
    ///
    /// - Parameters:
    ///   - networks: where they go.
    ///   - rank: channels of the middle, at least 1.
    ///   - alpha: the result is multiplied by alpha / rank; `rank` if nil.
    ///   - generator: the first numbers are drawn from it, in the networks' order.
    ///   - device: where they are made: the networks'.
    /// - Throws: ``AdapterError`` for a rank below 1, and for a network without such layers;
    ///   `TorchError`.
    public init(
        into networks: [AdaptedNetwork], rank: Int, alpha: Double? = nil, generator: Generator,
        device: Device = .cpu
    ) throws {
        guard rank > 0 else {
            throw AdapterError("expected a rank of at least 1, found \(rank).")
        }
        store = try ParameterStore(generator: generator, device: device)
        var modules: [Module] = []
        for network in networks {
            let slots = network.slots
            guard !slots.isEmpty else {
                throw AdapterError(
                    "\(network.name): expected layers whose paths end in "
                        + network.layers.joined(separator: ", ") + ", found none.")
            }
            try network.store.freeze()
            for slot in slots {
                modules.append(
                    try Module(
                        in: store, network.name, slot, rank: rank, alpha: alpha ?? Double(rank)))
            }
        }
        self.modules = modules
        try store.finish()
    }

    /// Adapters from a file, already under this type's names.
    ///
    /// - Parameters:
    ///   - networks: where they go; every layer of them that the source names gets its adapter.
    ///   - source: `NAME.lora_A.weight` and `NAME.lora_B.weight` of every adapted layer.
    ///   - alphas: by `NAME`; the rank where there is none.
    ///   - device: where they go: the networks'.
    /// - Throws: `ParameterError` for names and shapes that fit no layer; ``AdapterError``.
    public init(
        into networks: [AdaptedNetwork], loading source: any ParameterSource,
        alphas: [String: Double] = [:], device: Device = .cpu
    ) throws {
        store = try ParameterStore(loading: source, device: device)
        var modules: [Module] = []
        for network in networks {
            for slot in network.store.adapterSlots {
                let name = "\(network.name).\(slot.path)"
                guard let rank = source.shape(of: "\(name).lora_A.weight")?.first, rank > 0 else {
                    continue
                }
                modules.append(
                    try Module(
                        in: store, network.name, slot, rank: rank,
                        alpha: alphas[name] ?? Double(rank)))
            }
        }
        self.modules = modules
        try store.finish()
    }

    /// Computes with them beside their layers.
    ///
    /// - Throws: `TorchError` if weights they were merged into cannot be put back.
    public func apply() throws {
        try takeOut()
        for module in modules { module.slot.apply(module.branch) }
        state = .applied
    }

    /// Adds them to the weights, in float32: as fast as without. Training the weights meanwhile is
    /// undone by ``takeOut()``.
    ///
    /// - Throws: `TorchError`.
    public func merge() throws {
        try takeOut()
        state = .merged
        for module in modules { try module.slot.merge(module.branch) }
    }

    /// Takes them out; merged weights get back the bytes they had.
    ///
    /// - Throws: `TorchError`.
    public func takeOut() throws {
        switch state {
        case .out: break
        case .applied: for module in modules { module.slot.withdraw(module.branch) }
        case .merged: for module in modules { try module.slot.unmerge(module.branch) }
        }
        state = .out
    }

    /// Multiplies what they do by a number: 1 as trained, 0 for nothing.
    ///
    /// - Throws: `TorchError`.
    public func setStrength(_ strength: Double) throws {
        for module in modules {
            module.branch.strength = strength
            if state == .merged { try module.slot.refresh() }
        }
    }
}

extension LowRankAdapters.Module {
    fileprivate init(
        in store: ParameterStore, _ network: String, _ slot: AdapterSlot, rank: Int, alpha: Double
    ) throws {
        if case .convolution(_, _, _, let groups) = slot.layer, groups != 1 {
            throw AdapterError(
                "\(network).\(slot.path): expected a convolution without groups, found \(groups).")
        }
        name = "\(network).\(slot.path)"
        self.network = network
        self.slot = slot
        let shape = slot.weight.shape
        let own = store.root / name
        branch = LowRankBranch(
            down: (own / "lora_A").parameter(
                "weight", [rank] + shape.dropFirst(), .kaimingUniform()),
            up: (own / "lora_B").parameter(
                "weight", [shape[0], rank] + shape.dropFirst(2).map { _ in 1 }, .zeros),
            rank: rank, alpha: alpha)
    }
}

/// What is wrong with adapters, in one sentence.
public struct AdapterError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence: what was expected, what was found, what to try.
    public let description: String

    /// An error with this sentence.
    public init(_ description: String) { self.description = description }
}
