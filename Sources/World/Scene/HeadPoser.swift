import Faces
import Torch

/// Poses the built-in head with FLAME's skinning. One for each thread: tensors are not shared.
package final class HeadPoser {
    let head: BuiltInHead
    private let flame: FLAME

    package init(_ head: BuiltInHead = .shared) throws {
        self.head = head
        flame = try head.flame()
    }

    /// FLAME's parameters; angles in radians, axis-angle.
    package struct Pose: Equatable, Sendable {
        var shape: [Float] = []
        var expression: [Float] = []
        package var neck = SIMD3<Float>.zero
        package var jaw = SIMD3<Float>.zero
        /// Left eye, right eye.
        var eyes = (SIMD3<Float>.zero, SIMD3<Float>.zero)
        /// How far the left and the right lid are closed, 0...1.
        package var eyelids = SIMD2<Float>.zero

        package init(shape: [Float] = []) { self.shape = shape }

        package static func == (a: Pose, b: Pose) -> Bool {
            a.shape == b.shape && a.expression == b.expression && a.neck == b.neck
                && a.jaw == b.jaw && a.eyes == b.eyes && a.eyelids == b.eyelids
        }
    }

    package func posed(_ pose: Pose) throws -> PosedHead {
        func row(_ values: [Float]) throws -> Tensor {
            try Tensor(values, shape: [1, values.count])
        }
        func row(_ v: SIMD3<Float>) throws -> Tensor { try row([v.x, v.y, v.z]) }
        let (left, right) = pose.eyes
        let result = try noGrad {
            try flame(
                FLAME.Parameters(
                    shape: pose.shape.isEmpty ? nil : row(pose.shape),
                    expression: pose.expression.isEmpty ? nil : row(pose.expression),
                    neck: row(pose.neck), jaw: row(pose.jaw),
                    eyes: row([left.x, left.y, left.z, right.x, right.y, right.z]),
                    eyelids: row([pose.eyelids.x, pose.eyelids.y])))
        }
        let flat = try result.vertices.toArray(Float.self)
        let positions = (0..<flat.count / 3).map {
            SIMD3(flat[3 * $0], flat[3 * $0 + 1], flat[3 * $0 + 2])
        }
        let joints = try result.joints.toArray(Float.self)
        let pivot = SIMD3(joints[3], joints[4], joints[5])
        return PosedHead(
            positions: positions, normals: head.normals(of: positions),
            skull: RigidMotion(axisAngle: pose.neck, pivot: pivot))
    }
}
