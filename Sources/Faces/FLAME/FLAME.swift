import Layers
import Torch

/// A morphable head in FLAME's format: a template, linear bases and five joints.
///
/// Li et al. 2017, "Learning a model of facial shape and expression from 4D scans". Any number of
/// vertices, faces and components; the joints are FLAME's: global, neck, jaw, left eye, right eye.
/// Tensors have the names of SMIRK's buffers, so that a licensed FLAME 2020 (5023 vertices, 300
/// shape and 50 expression components; see ``FLAMEConversion``) and a head made in memory are one
/// type. Lengths are metres, y is up, and z points out of the face.
///
/// ```swift
/// let head = try FLAME.load("head.safetensors")
/// let (vertices, joints) = try head(.init(shape: shape, expression: expression, jaw: jaw))
/// ```
public struct FLAME {
    /// The head at rest, `[V, 3]`; key `v_template`.
    public let vTemplate: Tensor
    /// Key `posedirs`, `[36, V * 3]`: what the rotations of joints 1 to 4 add before skinning.
    public let posedirs: Tensor
    /// Key `J_regressor`, `[5, V]`: where the joints are, from the vertices.
    public let jRegressor: Tensor
    /// Key `parents`, `[5]`: the joint that each one hangs on, -1 for the first.
    public let parents: [Int]
    /// Key `lbs_weights`, `[V, 5]`: how far each joint moves each vertex; rows sum to 1.
    public let lbsWeights: Tensor
    /// Key `faces_tensor`, `[F, 3]`, `int64`: vertices of each triangle, counter-clockwise from
    /// outside.
    public let facesTensor: Tensor
    /// Key `l_eyelid`, `[1, V, 3]`: what closing the left lid adds after skinning.
    public let lEyelid: Tensor?
    /// Key `r_eyelid`, `[1, V, 3]`: the same on the right.
    public let rEyelid: Tensor?
    /// Key `face_vertex_ids`, `[K]`, `int64`: the vertices of the face region, which Diff-PC's
    /// render shows.
    public let faceVertexIds: Tensor?
    /// How many components, from the first on, are identity; the others are expression.
    public let shapeCount: Int

    /// The bases as rows, `[S + E, V * 3]`: a few components are then a few rows, and each row is
    /// read from end to end.
    let basis: Tensor

    /// How many components are expression.
    public var expressionCount: Int { basis.shape[0] - shapeCount }
    /// V.
    public var vertexCount: Int { vTemplate.shape[0] }
    /// F.
    public var faceCount: Int { facesTensor.shape[0] }
    /// Key `shapedirs`, `[V, 3, S + E]`: a view of the bases.
    public var shapedirs: Tensor {
        get throws { try basis.reshaped([-1, vertexCount, 3]).permuted([1, 2, 0]) }
    }
    /// The joints' names, in order.
    public static let jointNames = ["global", "neck", "jaw", "left eye", "right eye"]

    /// Takes a head's tensors by their names.
    ///
    /// - Parameters:
    ///   - source: a dictionary of tensors, or a checkpoint; holds the names above and no others.
    ///     `face_vertex_ids` may be left out, and both eyelids together.
    ///   - shapeCount: how many components of `shapedirs` are identity.
    ///   - dtype: of the floating-point tensors.
    ///   - device: where they go.
    /// - Throws: `ParameterError` naming everything missing, unused and mis-shaped at once;
    ///   ``FaceError`` for indices out of range; `TorchError`.
    public init(
        _ source: any ParameterSource, shapeCount: Int, dtype: DType = .float32,
        device: Device = .cpu
    ) throws {
        let store = try ParameterStore(loading: source, dtype: dtype, device: device)
        let sizes = Sizes(source)
        let (V, J) = (sizes.vertices, FLAME.jointNames.count)
        let scope = store.root
        func integers(_ name: String, _ shape: [Int]) -> Tensor {
            scope.buffer(name, shape, .zeros, dtype: .int64)
        }
        func floats(_ name: String, _ shape: [Int]) -> Tensor {
            scope.buffer(name, shape, .zeros)
        }
        vTemplate = floats("v_template", [V, 3])
        let shapedirs = floats("shapedirs", [V, 3, sizes.components])
        posedirs = floats("posedirs", [(J - 1) * 9, V * 3])
        jRegressor = floats("J_regressor", [J, V])
        let parents = integers("parents", [J])
        lbsWeights = floats("lbs_weights", [V, J])
        let faces = integers("faces_tensor", [sizes.faces, 3])
        // One lid without the other is a mistake, so both are asked for.
        let lids = source.shape(of: "l_eyelid") != nil || source.shape(of: "r_eyelid") != nil
        lEyelid = lids ? floats("l_eyelid", [1, V, 3]) : nil
        rEyelid = lids ? floats("r_eyelid", [1, V, 3]) : nil
        let ids = sizes.faceVertices.map { integers("face_vertex_ids", [$0]) }
        try store.finish(ignoring: [])

        guard (0...sizes.components).contains(shapeCount) else {
            throw FaceError.argument(
                "shapeCount", expected: "0 to \(sizes.components), the components of shapedirs",
                found: "\(shapeCount)")
        }
        self.shapeCount = shapeCount
        self.parents = try FLAME.checked(parents: parents)
        facesTensor = try FLAME.checked(faces, "faces_tensor", below: V)
        faceVertexIds = try ids.map { try FLAME.checked($0, "face_vertex_ids", below: V) }
        basis = try shapedirs.reshaped([V * 3, -1]).transposed(0, 1).contiguous()
    }

    /// Every joint hangs on an earlier one, so that one pass from the first to the last poses all.
    private static func checked(parents: Tensor) throws -> [Int] {
        let parents = try parents.toArray(Int.self)
        guard parents.first == -1,
            parents.indices.dropFirst().allSatisfy({ (0..<$0).contains(parents[$0]) })
        else {
            throw FaceError.values(
                of: "parents", expected: "-1, and then the number of an earlier joint for each",
                found: "\(parents)")
        }
        return parents
    }

    private static func checked(_ indices: Tensor, _ name: String, below count: Int) throws
        -> Tensor
    {
        let indices = try indices.to(.int64)
        guard let wrong = try indices.toArray(Int.self).first(where: { !(0..<count).contains($0) })
        else { return indices }
        throw FaceError.values(
            of: name, expected: "vertices 0 to \(count - 1)", found: "vertex \(wrong)")
    }

    /// The free sizes, each from the tensor that it is named after.
    private struct Sizes {
        let vertices, components, faces: Int
        let faceVertices: Int?

        init(_ source: any ParameterSource) {
            func size(_ name: String, _ dim: Int) -> Int? {
                source.shape(of: name).flatMap { $0.indices.contains(dim) ? $0[dim] : nil }
            }
            vertices = size("v_template", 0) ?? size("shapedirs", 0) ?? size("lbs_weights", 0) ?? 0
            components = size("shapedirs", 2) ?? 0
            faces = size("faces_tensor", 0) ?? 0
            faceVertices = size("face_vertex_ids", 0)
        }
    }
}
