import Faces
import Torch

extension BuiltInHead {
    /// The head as a FLAME model, which may also be saved and used elsewhere.
    public func flame() throws -> FLAME {
        let count = template.count
        func rows(_ basis: PrincipalComponents, _ wanted: Int) -> [[Float]] {
            var rows = zip(basis.directions, basis.deviations).map { row, s in row.map { $0 * s } }
            while rows.count < wanted { rows.append([Float](repeating: 0, count: 3 * count)) }
            return rows
        }
        let basis = rows(shape, Self.shapeCount) + rows(expression, Self.expressionCount)
        let correctives = HeadSkinning.correctives(mesh).flatMap { row in
            row.flatMap { [Float($0.x * 1e-3), Float($0.y * 1e-3), Float($0.z * 1e-3)] }
        }
        func lid(_ k: Int) throws -> Tensor {
            let values = closedLids[k].flatMap {
                [Float($0.x * 1e-3), Float($0.y * 1e-3), Float($0.z * 1e-3)]
            }
            return try Tensor(values, shape: [1, count, 3])
        }
        return try FLAME(
            [
                "v_template": Tensor(template.flatMap { [$0.x, $0.y, $0.z] }, shape: [count, 3]),
                "shapedirs": Tensor(basis.flatMap { $0 }, shape: [basis.count, count, 3])
                    .permuted([1, 2, 0]).contiguous(),
                "posedirs": Tensor(correctives, shape: [36, 3 * count]),
                "J_regressor": Tensor(
                    HeadSkinning.regressor(mesh).flatMap { $0.map { Float($0) } }, shape: [5, count]),
                "parents": Tensor(HeadSkinning.parents.map { Int64($0) }, shape: [5]),
                "lbs_weights": Tensor(
                    HeadSkinning.weights(mesh).flatMap { $0.map { Float($0) } }, shape: [count, 5]),
                "faces_tensor": Tensor(
                    triangles.flatMap { [Int64($0.x), Int64($0.y), Int64($0.z)] },
                    shape: [triangles.count, 3]),
                "l_eyelid": lid(0), "r_eyelid": lid(1),
                "face_vertex_ids": Tensor(
                    faceVertices.map { Int64($0) }, shape: [faceVertices.count]),
            ], shapeCount: Self.shapeCount)
    }
}
