import Torch

extension Image {
    /// The picture as a network sees it: `[channels, height, width]`, float32 in -1...1.
    ///
    /// - Parameter device: where the tensor goes.
    /// - Returns: `byte / 127.5 - 1`.
    /// - Throws: `TorchError` when memory runs out.
    public func tensor(device: Device = .cpu) throws -> Tensor {
        try bytesTensor(device: device).to(.float32) / 127.5 - 1.0
    }

    /// The picture's bytes: `[channels, height, width]`, uint8 in 0...255.
    ///
    /// - Parameter device: where the tensor goes.
    /// - Returns: a contiguous tensor.
    /// - Throws: `TorchError` when memory runs out.
    public func bytesTensor(device: Device = .cpu) throws -> Tensor {
        let interleaved = try Tensor.empty([height, width, channels], dtype: .uint8)
        try interleaved.withMutableBytes { target in
            withPixels { target.copyMemory(from: UnsafeRawBufferPointer($0)) }
        }
        return try interleaved.permuted([2, 0, 1]).contiguous().to(device)  // HWC -> CHW
    }

    /// The picture that a network made.
    ///
    /// - Parameter tensor: `[1 or 3, height, width]`, floating-point, -1...1; what lies outside is
    ///   clipped, as diffusers does before it rounds to nearest (halves to even).
    /// - Throws: `TorchError` for another shape or dtype; ``ImageError`` for an empty picture.
    public init(tensor: Tensor) throws {
        guard tensor.rank == 3, [1, 3].contains(tensor.shape[0]), tensor.dtype.isFloatingPoint
        else {
            throw TorchError(
                operation: "Image(tensor:)", arguments: [tensor.operatorDescription],
                message: "expected floating-point values [1 or 3, height, width]")
        }
        let bytes = try noGrad {
            try ((tensor.to(.float32) + 1.0) * 127.5).round().clamped(min: 0, max: 255)
                .to(.uint8).permuted([1, 2, 0])  // CHW -> HWC
        }
        try self.init(
            width: tensor.shape[2], height: tensor.shape[1], channels: tensor.shape[0],
            pixels: bytes.toArray(UInt8.self))
    }
}
