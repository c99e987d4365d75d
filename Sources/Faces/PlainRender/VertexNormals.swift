import Torch

/// Normals of a mesh's vertices, in SMIRK's way; differentiable.
///
/// Each triangle adds the cross product of its two edges at each corner, which is twice its area
/// times its normal, so that large triangles count more.
///
/// - Parameters:
///   - vertices: `[B, V, 3]`.
///   - faces: `[F, 3]`, `int64`; counter-clockwise triangles give normals that point at the viewer.
/// - Returns: `[B, V, 3]`, of unit length; 0 for a vertex that no triangle has.
/// - Throws: `TorchError`.
public func vertexNormals(_ vertices: Tensor, faces: Tensor) throws -> Tensor {
    let ids = try faces.unbound(along: 1)  // [F] each
    let corners = try ids.map { try vertices.indexSelected(1, $0) }  // [B, F, 3] each
    var sum = try vertices.zerosLike()
    // Corner 1, then 2, then 0: the order of the reference, which rounding remembers.
    for corner in [1, 2, 0] {
        let (here, next, last) = (
            corners[corner], corners[(corner + 1) % 3], corners[(corner + 2) % 3]
        )
        let product = try Operator.cross(next - here, last - here, -1)
        sum = try Operator.indexAdd(sum, 1, ids[corner], product)
    }
    return try sum / sum.norm([-1], keepDims: true).clamped(min: 1e-6)
}

extension Operator {
    fileprivate static let cross = Operator("aten::linalg_cross")
    fileprivate static let indexAdd = Operator("aten::index_add")
}
