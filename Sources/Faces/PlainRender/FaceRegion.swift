/// A part of a mesh, by its vertices, renumbered in ascending order.
struct FaceRegion {
    /// The vertices that are kept, ascending, each once.
    let vertices: [Int]
    /// Of each vertex of the whole mesh, its number in the part; -1 outside.
    private let numbers: [Int32]

    /// - Throws: ``FaceError`` for vertices that are not `0..<vertexCount`.
    init(_ ids: [Int], vertexCount: Int) throws {
        if let wrong = ids.first(where: { !(0..<vertexCount).contains($0) }) {
            throw FaceError.values(
                of: "face region", expected: "vertices 0 to \(vertexCount - 1)",
                found: "vertex \(wrong)")
        }
        var numbers = [Int32](repeating: -1, count: vertexCount)
        for id in ids { numbers[id] = 0 }
        vertices = numbers.indices.filter { numbers[$0] == 0 }
        for (number, vertex) in vertices.enumerated() { numbers[vertex] = Int32(number) }
        self.numbers = numbers
    }

    /// The triangle in the part's numbers; nil if a corner lies outside.
    func renumbered(_ triangle: SIMD3<Int32>) -> SIMD3<Int32>? {
        let (a, b, c) = (
            numbers[Int(triangle.x)], numbers[Int(triangle.y)], numbers[Int(triangle.z)]
        )
        return a >= 0 && b >= 0 && c >= 0 ? SIMD3(a, b, c) : nil
    }
}
