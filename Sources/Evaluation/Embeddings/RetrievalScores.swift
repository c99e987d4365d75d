import Torch

/// How well one kind of embedding finds its partner among another: text and image of CLIP.
///
/// A row's rank is the number of wrong rows that are at least as similar as its best right one, so
/// 0 is first. A tie counts against the model: embeddings that are all alike find nothing.
public struct RetrievalScores: Hashable, Sendable {
    /// Ranks of the right target for each query.
    public let forward: [Int]
    /// Ranks of the right query for each target.
    public let backward: [Int]
    /// Mean cosine of row i with row i.
    public let rightSimilarity: Double
    /// Mean cosine of rows that do not belong together; NaN if all do.
    public let wrongSimilarity: Double

    /// Ranks all rows of two matrices, whose rows i belong together.
    ///
    /// - Parameters:
    ///   - queries: `[N, D]`, of any length other than 0, such as texts.
    ///   - targets: `[N, D]`, such as images.
    ///   - labels: rows with equal labels are right for one another too, such as pictures with the
    ///     same caption; nil if each has one partner only.
    /// - Throws: ``EvaluationError`` for shapes that do not fit.
    public init(queries: Tensor, targets: Tensor, labels: [Int]? = nil) throws {
        try expect(targets.shape == queries.shape, targets, "targets", "\(queries.shape)")
        let first = try unitEmbeddings(queries, "queries")
        let second = try unitEmbeddings(targets, "targets")
        let count = first.shape[0]
        let labels = labels ?? Array(0..<count)
        guard labels.count == count else {
            throw EvaluationError.lengths("labels", expected: count, found: labels.count)
        }
        let marks = try Tensor(labels.map(Int64.init)).to(first.device)
        let sides = try noGrad {
            try (
                Self.ranks(first, second, marks), Self.ranks(second, first, marks),
                (first * second).sum([1]).mean().item()
            )
        }
        (forward, backward) = (sides.0.ranks, sides.1.ranks)
        rightSimilarity = sides.2
        wrongSimilarity = sides.0.wrong
    }

    /// The share of queries whose right target is among the `count` best.
    public func forwardRecall(at count: Int) -> Double { recall(forward, count) }

    /// The share of targets whose right query is among the `count` best.
    public func backwardRecall(at count: Int) -> Double { recall(backward, count) }

    private func recall(_ ranks: [Int], _ count: Int) -> Double {
        Double(ranks.count { $0 < count }) / Double(ranks.count)
    }

    /// Ranks for each row of `queries`, and the mean similarity of wrong pairs; a block at a time.
    private static func ranks(_ queries: Tensor, _ targets: Tensor, _ marks: Tensor) throws -> (
        ranks: [Int], wrong: Double
    ) {
        let count = queries.shape[0]
        var ranks: [Int] = []
        var (sum, pairs) = (0.0, 0.0)
        for rows in blocks(of: count, size: max(4_000_000 / count, 1)) {
            let scores = try queries[rows].matmul(targets.transposed(0, 1))
            let right = try marks[rows].unsqueezed(1).equal(marks.unsqueezed(0))
            let wrong = try Operator.logicalNot(right)
            let best = try scores.maskedFilled(wrong, -.infinity).max([1], keepDims: true)
            let better = try Operator.logicalAnd(wrong, Operator.logicalNot(scores .< best))
            ranks += try better.to(.int64).sum([1]).toArray(Int64.self).map(Int.init)
            sum += try scores.maskedFilled(right, 0).to(.float64).sum().item()
            pairs += try wrong.to(.float64).sum().item()
        }
        return (ranks, sum / pairs)
    }
}
