import Torch

extension VerificationScores {
    /// Scores all pairs of pictures by the cosine of their embeddings.
    ///
    /// Similarities are computed a block of rows at a time, so the whole N x N matrix never exists.
    /// All pairs of one person are kept. Of the pairs of two people, when there are more than
    /// `mostDifferent`, each is kept with the same chance, fixed by `seed`.
    ///
    /// - Parameters:
    ///   - embeddings: `[N, D]`, of any length other than 0.
    ///   - identities: who each picture shows, N numbers.
    ///   - mostDifferent: about how many similarities of two people to keep; 4 bytes each.
    ///   - seed: fixes which are kept.
    /// - Throws: ``EvaluationError`` for lengths that do not fit, or if there is no pair of one
    ///   person or none of two.
    public init(
        allPairsOf embeddings: Tensor, identities: [Int], mostDifferent: Int = 20_000_000,
        seed: UInt64 = 0
    ) throws {
        let unit = try unitEmbeddings(embeddings, "embeddings")
        let count = unit.shape[0]
        guard identities.count == count else {
            throw EvaluationError.lengths("identities", expected: count, found: identities.count)
        }
        let sizes = identities.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
        let samePairs = sizes.values.reduce(0) { $0 + $1 * ($1 - 1) / 2 }
        let differentPairs = count * (count - 1) / 2 - samePairs
        let share = Double(mostDifferent) / Double(max(differentPairs, 1))
        let kept = try noGrad {
            try Self.different(
                unit, identities, share: share, generator: Generator(seed: seed))
        }
        try self.init(
            samePeople: Self.same(unit, identities), different: kept,
            differentCount: differentPairs)
    }

    /// Similarities of pairs of two people, rising.
    private static func different(
        _ unit: Tensor, _ identities: [Int], share: Double, generator: Generator
    ) throws -> [Float] {
        let count = unit.shape[0]
        let who = try Tensor(identities.map(Int64.init)).to(unit.device)
        let places = try Tensor.arange(0..<count, device: unit.device)
        var parts: [Tensor] = []
        for rows in blocks(of: count, size: max(4_000_000 / max(count, 1), 1)) {
            // Each pair once: columns right of the diagonal.
            let right = rows.lowerBound..<count
            let scores = try unit[rows].matmul(unit[right].transposed(0, 1))
            let later = try places[rows].unsqueezed(1) .< places[right].unsqueezed(0)
            let equal = try who[rows].unsqueezed(1).equal(who[right].unsqueezed(0))
            var wanted = try Operator.logicalAnd(later, Operator.logicalNot(equal))
            if share < 1 {
                let lots = try Tensor.rand(scores.shape, generator: generator).to(unit.device)
                wanted = try Operator.logicalAnd(wanted, lots .< share)
            }
            parts.append(try scores.indexed(by: [wanted]).to(.cpu))
        }
        return try Tensor.cat(parts).sorted().values.toArray(Float.self)
    }

    /// For each person with several pictures, in the order they first appear, their pairs.
    private static func same(_ unit: Tensor, _ identities: [Int]) throws -> [[Float]] {
        var places: [Int: [Int]] = [:]
        var order: [Int] = []
        for (place, identity) in identities.enumerated() {
            if places[identity] == nil { order.append(identity) }
            places[identity, default: []].append(place)
        }
        return try noGrad {
            try order.compactMap { identity -> [Float]? in
                let rows = places[identity] ?? []
                guard rows.count > 1 else { return nil }
                let indices = try Tensor(rows.map(Int64.init)).to(unit.device)
                let own = try unit.indexSelected(0, indices)
                let scores = try own.matmul(own.transposed(0, 1)).toArray(Float.self)
                return rows.indices.flatMap { i in
                    (i + 1..<rows.count).map { j in scores[i * rows.count + j] }
                }
            }
        }
    }
}

extension Operator {
    static let logicalAnd = Operator("aten::logical_and")
    static let logicalNot = Operator("aten::logical_not")
}
