import CTorch

/// Calls `body` without keeping what its gradients need, and calls it again when they are wanted:
/// memory for time. Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost".
///
/// ```swift
/// let h = try checkpointed([x, time]) { [try block($0[0], time: $0[1])] }
/// ```
///
/// Parameters that `body` uses get their gradients as usual. Every tensor with a history must come
/// in through `inputs`. Only ``Tensor/backward(seed:retainGraph:createGraph:)`` works through such a
/// part, once; ``Tensor/gradients(for:seed:retainGraph:createGraph:)`` and gradients of gradients
/// say that they do not. Without recording, `body` is just called.
///
/// - Parameters:
///   - inputs: what `body` gets; each gets its gradient if it requires one.
///   - body: gives the same for the same inputs, every time; draws no fresh noise. May be called in
///     another thread when a device differentiates there.
/// - Returns: what `body` returned.
/// - Throws: what `body` throws, here or out of `backward`; ``TorchError``.
public func checkpointed(
    _ inputs: [Tensor], _ body: @escaping ([Tensor]) throws -> [Tensor]
) throws -> [Tensor] {
    guard isGradEnabled else { return try body(inputs) }
    let handles = inputs.map(\.handle)
    var list: UnsafeMutablePointer<OpaquePointer?>?
    var count = 0
    let status = withExtendedLifetime(inputs) {
        ct_checkpoint(
            handles, handles.count, runBody, releaseObject,
            Unmanaged.passRetained(Body(body)).toOpaque(), &list, &count)
    }
    guard status == CT_OK, let list else {
        throw bodyError(status)
            ?? TorchError(
                status: status, operation: "checkpointed",
                arguments: inputs.map(\.operatorDescription))
    }
    defer { ct_free(list) }
    return (0..<count).compactMap { list[$0].map(Tensor.init(owning:)) }
}

/// What a closure threw, if that is why a call into libtorch failed.
func bodyError(_ status: ct_status) -> (any Error)? {
    guard status == CT_BODY_FAILED, let pointer = ct_last_body_error() else { return nil }
    return Unmanaged<Thrown>.fromOpaque(pointer).takeUnretainedValue().error
}

private final class Body {
    let call: ([Tensor]) throws -> [Tensor]
    init(_ call: @escaping ([Tensor]) throws -> [Tensor]) { self.call = call }
}

private final class Thrown {
    let error: any Error
    init(_ error: any Error) { self.error = error }
}

private func runBody(
    _ context: UnsafeMutableRawPointer?, _ inputs: UnsafePointer<OpaquePointer>?, _ count: Int,
    _ results: OpaquePointer
) -> UnsafeMutableRawPointer? {
    // Taken over first: they are released whatever happens.
    let tensors = UnsafeBufferPointer(start: inputs, count: count).map(Tensor.init(owning:))
    guard let context else { return nil }
    do {
        for tensor in try Unmanaged<Body>.fromOpaque(context).takeUnretainedValue().call(tensors) {
            ct_tensors_add(results, tensor.handle)
        }
        return nil
    } catch {
        return Unmanaged.passRetained(Thrown(error)).toOpaque()
    }
}

private func releaseObject(_ pointer: UnsafeMutableRawPointer?) {
    if let pointer { Unmanaged<AnyObject>.fromOpaque(pointer).release() }
}
