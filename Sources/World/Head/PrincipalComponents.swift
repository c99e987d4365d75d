import Foundation

/// Principal components of a few long vectors, by the eigenvectors of their inner products.
///
/// One thread and a fixed order of sums, so that every run gives the same bits.
package struct PrincipalComponents {
    /// `[K][N]`, unit length, each at right angles to the others, largest spread first.
    package let directions: [[Float]]
    /// Standard deviation of the samples along each direction.
    package let deviations: [Float]

    /// - Parameters:
    ///   - samples: deviations from the mean (or from a template), `[S][N]`.
    ///   - count: how many components; fewer come back where the samples span less.
    init(_ samples: [[Float]], count: Int) {
        let n = samples.count
        var gram = [Double](repeating: 0, count: n * n)
        for i in 0..<n {
            for j in 0...i {
                let product = Self.dot(samples[i], samples[j])
                gram[i * n + j] = product
                gram[j * n + i] = product
            }
        }
        let (values, vectors) = Self.eigen(gram, n)
        let order = (0..<n).sorted { values[$0] > values[$1] }
        let floor = (order.first.map { values[$0] } ?? 0) * 1e-9
        var directions: [[Float]] = []
        var deviations: [Float] = []
        for k in order.prefix(count) where values[k] > floor {
            var direction = [Float](repeating: 0, count: samples[0].count)
            for s in 0..<n {
                let weight = Float(vectors[s * n + k] / values[k].squareRoot())
                direction.withUnsafeMutableBufferPointer { out in
                    samples[s].withUnsafeBufferPointer { x in
                        for i in 0..<out.count { out[i] += weight * x[i] }
                    }
                }
            }
            directions.append(direction)
            deviations.append(Float((values[k] / Double(n)).squareRoot()))
        }
        self.directions = directions
        self.deviations = deviations
    }

    /// Coefficients of a vector, in standard deviations.
    func coefficients(of vector: [Float]) -> [Float] {
        zip(directions, deviations).map { Float(Self.dot($0, vector)) / $1 }
    }

    static func dot(_ a: [Float], _ b: [Float]) -> Double {
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                // Eight partial sums let the compiler use vectors without changing the order.
                var sums = SIMD8<Double>.zero
                let whole = a.count / 8 * 8
                for i in stride(from: 0, to: whole, by: 8) {
                    var x = SIMD8<Float>()
                    var y = SIMD8<Float>()
                    for k in 0..<8 {
                        x[k] = a[i + k]
                        y[k] = b[i + k]
                    }
                    sums += SIMD8<Double>(x * y)
                }
                var sum = sums.sum()
                for i in whole..<a.count { sum += Double(a[i] * b[i]) }
                return sum
            }
        }
    }

    /// Jacobi's method for a symmetric matrix: eigenvalues and, in columns, eigenvectors.
    private static func eigen(_ matrix: [Double], _ n: Int) -> ([Double], [Double]) {
        var a = matrix
        var v = [Double](repeating: 0, count: n * n)
        for i in 0..<n { v[i * n + i] = 1 }
        let scale = (0..<n).reduce(0.0) { max($0, abs(a[$1 * n + $1])) }
        a.withUnsafeMutableBufferPointer { a in
            v.withUnsafeMutableBufferPointer { v in
                for _ in 0..<30 {
                    var largest = 0.0
                    for p in 0..<n - 1 {
                        for q in p + 1..<n {
                            let off = a[p * n + q]
                            largest = max(largest, abs(off))
                            if abs(off) < 1e-13 * scale { continue }
                            let theta = (a[q * n + q] - a[p * n + p]) / (2 * off)
                            let sign: Double = theta < 0 ? -1 : 1
                            let t = sign / (abs(theta) + (theta * theta + 1).squareRoot())
                            let c = 1 / (t * t + 1).squareRoot()
                            let s = t * c
                            for k in 0..<n {
                                let (x, y) = (a[p * n + k], a[q * n + k])
                                a[p * n + k] = c * x - s * y
                                a[q * n + k] = s * x + c * y
                            }
                            for k in 0..<n {
                                let (x, y) = (a[k * n + p], a[k * n + q])
                                a[k * n + p] = c * x - s * y
                                a[k * n + q] = s * x + c * y
                                let (u, w) = (v[k * n + p], v[k * n + q])
                                v[k * n + p] = c * u - s * w
                                v[k * n + q] = s * u + c * w
                            }
                        }
                    }
                    if largest < 1e-12 * scale { break }
                }
            }
        }
        return ((0..<n).map { a[$0 * n + $0] }, v)
    }
}
