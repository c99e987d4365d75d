/// Numbers of many things of one kind, each column of mean 0 and deviation 1.
struct StandardisedRows: Sendable {
    /// Numbers of a thing.
    let count: Int
    /// Of every thing, one after the other.
    let values: [Float]

    /// - Parameter rows: equally long; the columns' scales do not matter.
    init(_ rows: [[Float]]) {
        let count = rows.first?.count ?? 0
        let total = Float(max(rows.count, 1))
        var means = [Float](repeating: 0, count: count)
        var squares = means
        for row in rows { for column in 0..<count { means[column] += row[column] / total } }
        for row in rows {
            for column in 0..<count {
                let difference = row[column] - means[column]
                squares[column] += difference * difference / total
            }
        }
        var values: [Float] = []
        values.reserveCapacity(rows.count * count)
        for row in rows {
            for column in 0..<count {
                // What all share tells nothing.
                let deviation = squares[column].squareRoot()
                values.append(deviation > 1e-6 ? (row[column] - means[column]) / deviation : 0)
            }
        }
        (self.count, self.values) = (count, values)
    }

    /// Rows of some things, `[K, count]`.
    func of(_ indices: [Int]) -> [Float] {
        indices.flatMap { values[$0 * count..<($0 + 1) * count] }
    }
}
