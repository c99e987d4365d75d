import Torch

extension ParameterStore {
    /// Parameters that train now, in order.
    public var trainable: [Entry] { entries.filter { $0.tensor.requiresGrad } }

    /// The number of elements in all parameters (buffers left out).
    public var parameterCount: Int {
        entries.reduce(0) { $0 + ($1.isBuffer ? 0 : $1.tensor.count) }
    }

    /// Bytes that all tensors take.
    public var byteCount: Int {
        // An empty tensor is one whose layer has packed it.
        adapterSlots.filter(\.layerWeight.isPacked).reduce(0) { $0 + $1.layerWeight.byteCount }
            + all.reduce(0) { $0 + $1.tensor.byteCount }
    }

    /// Makes the parameters under `prefix` trainable, or all of them. Buffers and integers stay.
    public func train(_ prefix: String = "") throws { try setRequiresGrad(true, under: prefix) }

    /// Keeps the parameters under `prefix` as they are, or all of them.
    public func freeze(_ prefix: String = "") throws { try setRequiresGrad(false, under: prefix) }

    private func setRequiresGrad(_ value: Bool, under prefix: String) throws {
        let chosen = entries(under: prefix)
        guard !chosen.isEmpty else {
            throw TorchError(
                operation: value ? "train" : "freeze",
                message: "expected parameters under '\(prefix)', found none")
        }
        for entry in chosen where !entry.isBuffer && entry.tensor.dtype.isFloatingPoint {
            try entry.tensor.requiresGrad(value)
        }
    }

    /// The entries whose path is `prefix` or lies below it; all for the empty prefix.
    public func entries(under prefix: String) -> [Entry] {
        guard !prefix.isEmpty else { return entries }
        return entries.filter { $0.name == prefix || $0.name.hasPrefix(prefix + ".") }
    }

    /// Moves every tensor, and converts floating-point ones. Layers see the change: their tensors
    /// stay the same objects. Gradients are dropped.
    public func move(to device: Device? = nil, dtype: DType? = nil) throws {
        for entry in entries {
            let tensor = entry.tensor
            let target = tensor.dtype.isFloatingPoint ? dtype ?? tensor.dtype : tensor.dtype
            let moved = try tensor.detached().to(device ?? tensor.device).to(target)
            try tensor.setGrad(nil)
            try tensor.setData(moved)
        }
    }

    /// Lays the weights of convolutions out as CPU convolutions read them; values stay.
    public func layOut(_ format: MemoryFormat) throws {
        for entry in entries where entry.tensor.rank == 4 {
            let tensor = try entry.tensor.detached()
            try entry.tensor.setData(
                format == .channelsLast
                    ? Operator.channelsLast(tensor) : tensor.contiguous(format))
        }
    }

    /// Brings weights into the form in which this device runs them fastest; values stay.
    ///
    /// On the CPU in bfloat16, convolutions whose weights lie channels last keep pictures so too, which
    /// is what ``FusedKernels`` take. Float32 is left as it was read, which may be a mapped file.
    ///
    /// - Parameter reuses: whether the network runs again and again on these weights, as one that
    ///   denoises does: its linear layers' and convolutions' are then laid out for their products once,
    ///   at the first run without gradients, and not at every call.
    /// - Throws: `TorchError`.
    public func prepareForInference(reuses: Bool = false) throws {
        guard entries.contains(where: { $0.tensor.device == .cpu && $0.tensor.dtype == .bfloat16 })
        else { return }
        try layOut(.channelsLast)
        if reuses { for slot in adapterSlots { slot.layerWeight.reuse() } }
    }

    /// Overwrites every tensor with the source's of the same name.
    ///
    /// - Throws: ``ParameterError`` before anything is changed, if names or shapes differ.
    public func load(from source: any ParameterSource) throws {
        var report = ParameterError()
        for entry in entries {
            guard let found = source.shape(of: entry.name) else {
                report.missing.append(entry.name)
                continue
            }
            if found != entry.tensor.shape {
                report.misshaped.append(
                    .init(name: entry.name, expected: entry.tensor.shape, found: found))
            }
        }
        report.unused = source.names.filter { self[$0] == nil }.sorted()
        guard report.isEmpty else { throw report }
        try noGrad {
            for entry in entries {
                let tensor = try source.tensor(
                    named: entry.name, dtype: entry.tensor.dtype, device: entry.tensor.device)
                try entry.tensor.copy(from: tensor)
            }
        }
    }

    /// Clears the gradients of all parameters.
    public func clearGradients() throws {
        for entry in entries { try entry.tensor.setGrad(nil) }
    }
}

extension Operator {
    /// libtorch's own copy of a layout goes element by element.
    fileprivate static let channelsLast = Operator("likeness::channels_last")
}

extension [String: Tensor]: ParameterSource {
    /// The keys.
    public var names: [String] { Array(keys) }
    /// The shape of a value.
    public func shape(of name: String) -> [Int]? { self[name]?.shape }
    /// A value, converted and moved.
    public func tensor(named name: String, dtype: DType?, device: Device) throws -> Tensor {
        guard let tensor = self[name] else {
            throw TorchError(operation: "tensor(named:)", message: "expected '\(name)', found none")
        }
        return try tensor.to(tensor.dtype.isFloatingPoint ? dtype ?? tensor.dtype : tensor.dtype)
            .to(device)
    }
}
