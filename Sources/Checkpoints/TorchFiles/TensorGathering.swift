/// Copies a strided tensor into row-major order.
///
/// - Parameters:
///   - tensor: its bounds are already checked.
///   - source: ``TorchTensor/spanByteCount`` bytes from the first element on.
///   - target: ``TorchTensor/byteCount`` bytes.
func gather(
    _ tensor: TorchTensor, from source: UnsafeRawBufferPointer,
    into target: UnsafeMutableRawBufferPointer
) {
    // The innermost dimensions that lie contiguously are copied as one run.
    var run = tensor.dtype.byteCount
    var outer = tensor.shape.count
    while outer > 0,
        tensor.shape[outer - 1] == 1
            || tensor.stride[outer - 1] * tensor.dtype.byteCount == run
    {
        run *= tensor.shape[outer - 1]
        outer -= 1
    }
    var index = [Int](repeating: 0, count: outer)
    var from = 0
    for to in stride(from: 0, to: target.count, by: max(run, 1)) {
        UnsafeMutableRawBufferPointer(rebasing: target[to..<to + run])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[from..<from + run]))
        // Advance the index like an odometer, its last digit first.
        for k in index.indices.reversed() {
            // Wrapping: the stride of a dimension of size 1 may be any number, and cancels out.
            let step = tensor.stride[k] &* tensor.dtype.byteCount
            index[k] += 1
            from &+= step
            guard index[k] == tensor.shape[k] else { break }
            from &-= step &* index[k]
            index[k] = 0
        }
    }
}
