import Torch

/// Rotation matrices of axis-angle vectors, by Rodrigues' formula: `[..., 3]` → `[..., 3, 3]`.
///
/// The angle is `||r + 1e-8||` and the axis `r / angle`, as in SMPL's and SMIRK's code: no rotation
/// is then no special case, and has a gradient.
func rotationMatrices(_ axisAngle: Tensor) throws -> Tensor {
    let angle = try (axisAngle + 1e-8).norm([-1], keepDims: true)  // [..., 1]
    let parts = try (axisAngle / angle).unbound(along: -1)
    let (x, y, z) = (parts[0], parts[1], parts[2])
    let zero = try x.zerosLike()
    let shape = axisAngle.shape + [3]
    // The matrix of the cross product with the axis.
    let cross = try Tensor.stack([zero, -z, y, z, zero, -x, -y, x, zero], along: -1)
        .reshaped(shape)
    let identity = try Tensor.eye(3, dtype: axisAngle.dtype, device: axisAngle.device)
    // 1 - cos a = 2 sin² (a / 2), which keeps its digits where a is small.
    let half = try (angle * 0.5).sin().square() * 2
    return try identity + angle.sin().unsqueezed(-1) * cross
        + half.unsqueezed(-1) * cross.matmul(cross)
}

/// Joints that hang on one another, posed: where each is, and how it moves what is bound to it.
struct JointChain {
    /// Where the joints went, `[B, J, 3]`.
    let positions: Tensor
    /// World rotation of each joint, `[B, J, 3, 3]`.
    let rotations: Tensor
    /// `[B, J, 3]`: with ``rotations``, takes a point at rest to where the joint carries it.
    let translations: Tensor

    /// Poses a chain.
    ///
    /// - Parameters:
    ///   - rotations: of each joint against its parent, `[B, J, 3, 3]`.
    ///   - joints: at rest, `[B, J, 3]`.
    ///   - parents: an earlier joint for each, -1 for the first.
    /// - Throws: `TorchError`.
    init(rotations: Tensor, joints: Tensor, parents: [Int]) throws {
        let local = try rotations.unbound(along: 1)  // [B, 3, 3] each
        let rest = try joints.unsqueezed(-1).unbound(along: 1)  // [B, 3, 1] each
        var world: [Tensor] = []
        var places: [Tensor] = []
        for (joint, parent) in parents.enumerated() {
            if parent < 0 {
                world.append(local[joint])
                places.append(rest[joint])
            } else {
                let bone = try rest[joint] - rest[parent]
                places.append(try world[parent].matmul(bone) + places[parent])
                world.append(try world[parent].matmul(local[joint]))
            }
        }
        self.rotations = try Tensor.stack(world, along: 1)
        let posed = try Tensor.stack(places, along: 1)  // [B, J, 3, 1]
        let moved = try self.rotations.matmul(joints.unsqueezed(-1))
        positions = try posed.squeezed(-1)
        translations = try (posed - moved).squeezed(-1)
    }

    /// Carries vertices along: each goes to the weighted mean of where its joints take it.
    ///
    /// - Parameters:
    ///   - vertices: at rest, `[B, V, 3]`.
    ///   - weights: `[V, J]`, rows that sum to 1.
    /// - Returns: `[B, V, 3]`.
    /// - Throws: `TorchError`.
    func skin(_ vertices: Tensor, weights: Tensor) throws -> Tensor {
        let shape = rotations.shape
        let (B, J) = (shape[0], shape[1])
        let turn = try rotations.reshaped([B, J * 3, 3]).transposed(1, 2)  // [B, 3, J * 3]
        let carried = try Operator.baddbmm(
            translations.reshaped([B, 1, J * 3]), vertices, turn)  // [B, V, J * 3]
        return try (carried.reshaped([B, -1, J, 3]) * weights.unsqueezed(-1)).sum([2])
    }
}

extension Operator {
    fileprivate static let baddbmm = Operator("aten::baddbmm")
}
