import Torch

/// Where adapters go into one linear layer or convolution after the model was built.
///
/// Every such layer has one, and its store lists them all (``ParameterStore/adapterSlots``). An
/// empty slot costs a comparison and changes nothing. A branch is either applied, computed beside
/// the layer, or merged into its weight; several add up.
public final class AdapterSlot {
    /// What the branch beside the layer must do.
    enum Layer {
        case linear
        case convolution(stride: [Int], padding: [Int], dilation: [Int], groups: Int)
    }

    /// The layer's own path, without `.weight`.
    public let path: String
    let layerWeight: LayerWeight
    let layer: Layer
    private var applied: [LowRankBranch] = []
    private var merged: [LowRankBranch] = []
    /// The weight before anything was merged.
    private var original: Tensor?

    init(_ path: String, _ weight: Tensor, _ layer: Layer) {
        (self.path, self.layer, layerWeight) = (path, layer, LayerWeight(weight))
    }

    /// The layer's weight: `[out, in]` or `[out, in / groups, kH, kW]`.
    public var weight: Tensor { layerWeight.plain }

    /// How many branches are in, either way.
    public var count: Int { applied.count + merged.count }

    /// Whether the layer's result is its own.
    var isIdle: Bool { applied.isEmpty }

    /// `y`, the layer's result for `x`, with what the applied branches add.
    @inline(__always)
    func callAsFunction(_ y: Tensor, from x: Tensor) throws -> Tensor {
        applied.isEmpty ? y : try adapted(y, x)
    }

    private func adapted(_ y: Tensor, _ x: Tensor) throws -> Tensor {
        var sum = y
        for branch in applied { sum = try sum + branch(x, layer) }
        // Branches may be wider than the layer: float32 beside a base of bfloat16.
        return try sum.to(y.dtype)
    }

    func apply(_ branch: LowRankBranch) { applied.append(branch) }

    func withdraw(_ branch: LowRankBranch) { applied.removeAll { $0 === branch } }

    func merge(_ branch: LowRankBranch) throws {
        if original == nil { original = try weight.detached().cloned() }
        merged.append(branch)
        try refresh()
    }

    func unmerge(_ branch: LowRankBranch) throws {
        merged.removeAll { $0 === branch }
        try refresh()
    }

    /// Makes the weight anew from the original: what was taken out leaves no rounding behind.
    func refresh() throws {
        guard let original else { return }
        try noGrad {
            guard !merged.isEmpty else {
                try weight.copy(from: original)
                self.original = nil
                return
            }
            var sum = try original.to(.float32)
            for branch in merged {
                sum = try sum + branch.delta().reshaped(weight.shape).to(sum.device)
            }
            try weight.copy(from: sum)
        }
    }
}

extension Scope {
    /// A slot for the layer at this path.
    func adapterSlot(_ weight: Tensor, _ layer: AdapterSlot.Layer) -> AdapterSlot {
        let slot = AdapterSlot(path, weight, layer)
        store.register(slot)
        return slot
    }
}
