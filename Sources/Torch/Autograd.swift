import CTorch

extension Tensor {
    /// Whether operators record how to differentiate through this tensor.
    public var requiresGrad: Bool { ct_tensor_requires_grad(handle) }

    /// Whether the tensor is no operator's result, so that ``grad()`` accumulates here.
    public var isLeaf: Bool { ct_tensor_is_leaf(handle) }

    /// Switches recording on or off for a leaf.
    ///
    /// - Throws: ``TorchError`` for integers, and for results of operators when switching off.
    /// - Returns: this tensor.
    @discardableResult
    public func requiresGrad(_ value: Bool) throws -> Tensor {
        try check(ct_tensor_set_requires_grad(handle, value), "requiresGrad")
        return self
    }

    /// The gradient that ``backward(seed:retainGraph:createGraph:)`` accumulated; nil before that.
    public func grad() throws -> Tensor? {
        var grad: OpaquePointer?
        try check(ct_tensor_grad(handle, &grad), "grad")
        return grad.map(Tensor.init(owning:))
    }

    /// Replaces the accumulated gradient; nil clears it.
    public func setGrad(_ grad: Tensor?) throws {
        try check(ct_tensor_set_grad(handle, grad?.handle), "setGrad")
    }

    /// Takes over the memory, dtype and device of `data`; everyone who holds this tensor sees it.
    public func setData(_ data: Tensor) throws {
        try check(ct_tensor_set_data(handle, data.handle), "setData")
    }

    /// The same memory without history.
    public func detached() throws -> Tensor { try Operator.detach(self) }

    /// Adds d(self)/d(leaf) to the gradient of every leaf that this tensor came from.
    ///
    /// - Parameters:
    ///   - seed: d(loss)/d(self), of this tensor's shape; nil for a scalar means 1.
    ///   - retainGraph: keep what a second pass needs.
    ///   - createGraph: make the gradients differentiable themselves.
    /// - Throws: ``TorchError`` without a graph, or with no `seed` for more than one element.
    public func backward(
        seed: Tensor? = nil, retainGraph: Bool = false, createGraph: Bool = false
    ) throws {
        let status = ct_backward(handle, seed?.handle, retainGraph || createGraph, createGraph)
        guard status == CT_OK else {
            throw bodyError(status)
                ?? TorchError(
                    status: status, operation: "backward", arguments: [operatorDescription])
        }
    }

    /// d(self)/d(input) for each input, leaving the leaves alone; nil where an input played no part.
    public func gradients(
        for inputs: [Tensor], seed: Tensor? = nil, retainGraph: Bool = false,
        createGraph: Bool = false
    ) throws -> [Tensor?] {
        guard !inputs.isEmpty else { return [] }
        let handles = inputs.map(\.handle)
        var results = [OpaquePointer?](repeating: nil, count: inputs.count)
        let status = withExtendedLifetime(inputs) {
            ct_gradients(
                handle, seed?.handle, handles, handles.count, retainGraph || createGraph,
                createGraph, &results)
        }
        guard status == CT_OK else {
            throw bodyError(status)
                ?? TorchError(
                    status: status, operation: "gradients", arguments: [operatorDescription])
        }
        return results.map { $0.map(Tensor.init(owning:)) }
    }
}

/// Calls `body` without recording anything for differentiation, in this thread.
@discardableResult
public func noGrad<Result>(_ body: () throws -> Result) rethrows -> Result {
    try withGrad(enabled: false, body)
}

/// Calls `body` with recording switched on or off, in this thread, and switches back.
@discardableResult
public func withGrad<Result>(enabled: Bool, _ body: () throws -> Result) rethrows -> Result {
    let previous = ct_grad_enabled()
    ct_set_grad_enabled(enabled)
    defer { ct_set_grad_enabled(previous) }
    return try body()
}

/// Whether operators called in this thread record for differentiation now.
public var isGradEnabled: Bool { ct_grad_enabled() }

/// Mixed precision as a value: which operators may run in a half type, decided by libtorch's lists.
///
/// ```swift
/// let precision = MixedPrecision(.bfloat16)
/// let loss = try precision { try model(x) }
/// ```
///
/// Nothing outside the closure, and no other thread, is affected. Parameters keep their dtype;
/// each is cast once for the outermost closure. `disabled` runs the closure as it is.
public struct MixedPrecision: Hashable, Sendable {
    /// The type that products and convolutions run in; nil leaves every operator alone.
    public let dtype: DType?
    /// The family of devices it holds for.
    public let device: Device.Kind

    /// Runs every operator in the dtype of its arguments.
    public static let disabled = MixedPrecision(nil)

    /// Mixed precision with this type (`bfloat16` or `float16`), or none.
    public init(_ dtype: DType?, device: Device.Kind = .cpu) {
        self.dtype = dtype
        self.device = device
    }

    /// Calls `body` in this precision.
    public func callAsFunction<Result>(_ body: () throws -> Result) throws -> Result {
        guard let dtype else { return try body() }
        var previous = ct_autocast_state()
        try check(
            ct_autocast_enter(device.rawValue, dtype.rawValue, true, &previous), "MixedPrecision")
        let result = Swift.Result { try body() }
        try check(ct_autocast_leave(device.rawValue, previous), "MixedPrecision")
        return try result.get()
    }
}

extension Operator {
    static let detach = Operator("aten::detach")
}
