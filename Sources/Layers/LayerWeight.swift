import Torch

/// The weight of a linear layer or a convolution: as checkpoints have it, or in the order in which this
/// processor's products read it.
///
/// libtorch brings a weight into that order at every call. A network that runs again and again on the
/// same weights (``ParameterStore/prepareForInference(reuses:)``) does it at its first, and the plain
/// weight's memory is given back; whoever asks for the plain weight gets it back into its place.
final class LayerWeight {
    /// The plain weight's.
    let shape: [Int]
    /// The layer's tensor, which the store knows; empty while it is packed.
    private let tensor: Tensor
    private var packed: Tensor?
    /// Whether packing pays.
    private var isReused = false

    init(_ tensor: Tensor) { (self.tensor, shape) = (tensor, tensor.shape) }

    /// `[out, in]`, or `[out, in / groups, kH, kW]`.
    var plain: Tensor {
        // It can only fail where there is no memory for a layer; the tensor then stays empty, and what
        // it is used for says so.
        try? restore()
        return tensor
    }

    /// Whether its tensor is empty.
    var isPacked: Bool { packed != nil }

    /// Bytes of the plain weight, packed or not.
    var byteCount: Int { shape.reduce(tensor.dtype.byteCount, *) }

    /// The weight packed for `x`, made by `pack` if there is none yet; nil where the plain one serves.
    func packed(for x: Tensor, bias: Tensor?, by pack: (Tensor) throws -> Tensor) throws -> Tensor?
    {
        guard isReused else { return nil }
        guard FusedKernels.packsWeights, x.dtype == .bfloat16, x.device == .cpu, x.count > 0 else {
            try restore()
            return nil
        }
        let isRecorded = isGradEnabled && (x.requiresGrad || bias?.requiresGrad ?? false)
        if tensor.requiresGrad || isRecorded {
            // Packed products have no gradient, and an optimizer holds the tensor of a weight that
            // learns; who wants one will want it again.
            isReused = false
            try restore()
            return nil
        }
        if let packed { return packed }
        return try LibTorch.settlingMemory {
            let made = try pack(tensor.detached())
            try tensor.setData(.empty([0], dtype: tensor.dtype))
            packed = made
            return made
        }
    }

    /// Packs from the next call on, where the processor's products have an order of their own.
    func reuse() {
        isReused =
            tensor.dtype == .bfloat16 && tensor.device == .cpu && shape.count >= 2
            && shape.prefix(2).allSatisfy { $0 >= 16 }
    }

    /// Brings the plain weight back.
    func restore() throws {
        guard let packed else { return }
        try LibTorch.settlingMemory {
            try tensor.setData(Operator.unpack(packed))
            self.packed = nil
        }
    }

    /// Lets go of a packed weight that nobody will ask for.
    func release() { LibTorch.settlingMemory { packed = nil } }
}

extension Operator {
    fileprivate static let unpack = Operator("likeness::unpack")
}
