import Torch

/// Two latents side by side, along the width: IC-Portrait, section 3.3.
///
/// One half is what is made, the other the profile photo of the person; the network's attention sees
/// both. At inference the target is on the left; training swaps the halves at random.
public struct Canvas {
    /// Which half is what is made.
    public enum Side: Hashable, Sendable {
        case left, right
    }

    /// `[B, C, H, 2 W]`.
    public let tensor: Tensor
    /// Where the target is.
    public let targetSide: Side

    /// A canvas of two halves.
    ///
    /// - Parameters:
    ///   - target: `[B, C, H, W]`.
    ///   - profile: of the same shape.
    ///   - side: where the target goes.
    /// - Throws: `TorchError` for shapes that differ.
    public init(target: Tensor, profile: Tensor, targetOn side: Side = .left) throws {
        let halves = side == .left ? [target, profile] : [profile, target]
        self.init(try .cat(halves, along: 3), targetOn: side)
    }

    /// A whole canvas.
    public init(_ tensor: Tensor, targetOn side: Side = .left) {
        (self.tensor, targetSide) = (tensor, side)
    }

    /// `[B, C, H, W]`.
    public var target: Tensor { get throws { try half(targetSide) } }
    /// `[B, C, H, W]`.
    public var profile: Tensor { get throws { try half(targetSide == .left ? .right : .left) } }

    private func half(_ side: Side) throws -> Tensor {
        let width = tensor.shape[3] / 2
        let start = side == .left ? 0 : width
        return try tensor[.all, .all, .all, start..<start + width]
    }
}
