/// Smooth interpolation of scattered values: triharmonic radial basis functions with a linear part.
///
/// Kernel r^3; see Carr et al. 2001, "Reconstruction and Representation of 3D Objects with Radial
/// Basis Functions", section 3. Passes through every value and bends as little as it can between.
struct RadialBasis: Sendable {
    private let centres: [SIMD3<Double>]
    private let weights: [SIMD3<Double>]  // one a centre, then constant, x, y, z

    /// - Parameters:
    ///   - centres: distinct places, at least four that lie in no plane.
    ///   - values: one for each centre.
    init(centres: [SIMD3<Double>], values: [SIMD3<Double>]) {
        precondition(centres.count == values.count, "one value for each centre")
        self.centres = centres
        let n = centres.count
        let size = n + 4
        var matrix = [Double](repeating: 0, count: size * size)
        var right = values + [SIMD3<Double>](repeating: .zero, count: 4)
        for i in 0..<n {
            for j in 0..<n {
                matrix[i * size + j] = Self.kernel(centres[i] - centres[j])
            }
            let row = [1, centres[i].x, centres[i].y, centres[i].z]
            for k in 0..<4 {
                matrix[i * size + n + k] = row[k]
                matrix[(n + k) * size + i] = row[k]
            }
        }
        Self.solve(&matrix, &right, size)
        weights = right
    }

    func callAsFunction(_ p: SIMD3<Double>) -> SIMD3<Double> {
        let n = centres.count
        var sum = weights[n] + p.x * weights[n + 1] + p.y * weights[n + 2] + p.z * weights[n + 3]
        for i in 0..<n { sum += Self.kernel(p - centres[i]) * weights[i] }
        return sum
    }

    private static func kernel(_ d: SIMD3<Double>) -> Double {
        let square = (d * d).sum()
        return square * square.squareRoot() * 1e-6
    }

    /// Gaussian elimination with row exchange; `right` becomes the solution.
    private static func solve(_ m: inout [Double], _ right: inout [SIMD3<Double>], _ size: Int) {
        m.withUnsafeMutableBufferPointer { m in
            for column in 0..<size {
                var pivot = column
                for row in column..<size
                where abs(m[row * size + column]) > abs(m[pivot * size + column]) { pivot = row }
                if pivot != column {
                    for k in column..<size { m.swapAt(pivot * size + k, column * size + k) }
                    right.swapAt(pivot, column)
                }
                let head = m[column * size + column]
                for row in column + 1..<size {
                    let factor = m[row * size + column] / head
                    if factor == 0 { continue }
                    for k in column..<size {
                        m[row * size + k] -= factor * m[column * size + k]
                    }
                    right[row] -= factor * right[column]
                }
            }
            for row in stride(from: size - 1, through: 0, by: -1) {
                var sum = right[row]
                for k in row + 1..<size { sum -= m[row * size + k] * right[k] }
                right[row] = sum / m[row * size + row]
            }
        }
    }
}
