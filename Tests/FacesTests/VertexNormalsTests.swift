import Faces
import TestSupport
import Testing
import Torch

@Suite struct VertexNormalsTests {
    /// A unit cube's corner whose three squares meet: by symmetry its normal is (1, 1, 1) / √3.
    private static let corner: [Float] = [1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0]
    private static let faces = [0, 1, 2, 0, 2, 3, 0, 3, 1]

    @Test func pointOutOfCounterClockwiseTriangles() throws {
        let vertices = try Tensor(Self.corner, shape: [1, 4, 3])
        let normals = try vertexNormals(vertices, faces: Tensor(Self.faces, shape: [3, 3]))
        let third = 1 / 3.0.squareRoot()
        try expectClose(normals[0, 0], Tensor([third, third, third]), within: 1e-6)
        let clockwise = try vertexNormals(
            vertices, faces: Tensor(Self.faces, shape: [3, 3]).flipped([1]))
        try expectClose(clockwise, -normals, within: 1e-6)
    }

    @Test func areZeroWithoutATriangleAndDifferentiable() throws {
        let vertices = try Tensor(Self.corner + [5, 5, 5], shape: [1, 5, 3]).requiresGrad(true)
        let normals = try vertexNormals(vertices, faces: Tensor(Self.faces, shape: [3, 3]))
        #expect(try normals[0, 4].toArray(Float.self) == [0, 0, 0])
        try normals[0, 1, 0].backward()
        let gradient = try #require(try vertices.grad())
        #expect(try gradient.abs().sum().item() > 0 && gradient.sum().item().isFinite)
    }
}
