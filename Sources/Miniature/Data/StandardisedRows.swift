/// Numbers of many things of one kind, each column of mean 0 and deviation 1.
struct StandardisedRows: Sendable {
    /// Numbers of a thing.
    let count: Int
    /// Of every thing, one after the other.
    let values: [Float]
    private let means, deviations: [Float]

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
        (self.count, self.means) = (count, means)
        deviations = squares.map { $0.squareRoot() }
        var values: [Float] = []
        values.reserveCapacity(rows.count * count)
        for row in rows {
            values += Self.standardised(row, means, deviations)
        }
        self.values = values
    }

    /// Another row on the same scale.
    func standardised(_ row: [Float]) -> [Float] { Self.standardised(row, means, deviations) }

    private static func standardised(_ row: [Float], _ means: [Float], _ deviations: [Float])
        -> [Float]
    {
        row.indices.map { column in
            // What all share tells nothing.
            let deviation = deviations[column]
            return deviation > 1e-6 ? (row[column] - means[column]) / deviation : 0
        }
    }

    /// Rows of some things, `[K, count]`.
    func of(_ indices: [Int]) -> [Float] {
        indices.flatMap { values[$0 * count..<($0 + 1) * count] }
    }
}
