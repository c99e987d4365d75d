import CTorch

/// A source of random numbers with a state of its own.
///
/// Every random draw in Likeness takes one explicitly. The same seed gives the same numbers as
/// Python's `torch.manual_seed(seed)` on the same kind of device and version of libtorch.
public final class Generator {
    let handle: OpaquePointer
    /// The kind of device that this generator draws on.
    public let device: Device

    /// A generator in the state that `seed` fixes.
    public init(seed: UInt64, device: Device = .cpu) throws {
        var handle: OpaquePointer?
        try check(ct_generator_new(device.raw, &handle), "Generator")
        guard let handle else { throw TorchError(operation: "Generator", message: "got none") }
        self.handle = handle
        self.device = device
        try reseed(seed)
    }

    deinit { ct_generator_release(handle) }

    /// Starts again from `seed`.
    public func reseed(_ seed: UInt64) throws {
        try check(ct_generator_seed(handle, seed), "Generator.reseed")
    }

    /// The whole state, in torch's own format (`torch.Generator.get_state`): `[N]` bytes.
    public func state() throws -> Tensor {
        var state: OpaquePointer?
        try check(ct_generator_state(handle, &state), "Generator.state")
        guard let state else { throw TorchError(operation: "Generator.state", message: "got none") }
        return Tensor(owning: state)
    }

    /// Goes on from a saved state.
    ///
    /// - Throws: ``TorchError`` if `state` is not one that ``state()`` gave on such a device.
    public func restore(_ state: Tensor) throws {
        try check(ct_generator_set_state(handle, state.handle), "Generator.restore")
    }
}
