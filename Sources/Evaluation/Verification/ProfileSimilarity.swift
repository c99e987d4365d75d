import Figures
import Torch

/// How alike generated pictures are to the pictures of the person they should show: the statistics
/// of IC-Portrait's table 1.
///
/// Each result is compared with all profile pictures of its identity. How results are put together
/// is not written in the paper, so both readings are given: the mean over results of each result's
/// statistics, in which the "min" lies well above the worst pair, and the statistics of all pairs.
public struct ProfileSimilarity: Hashable, Sendable {
    /// Each statistic within a result's similarities, averaged over results.
    public let perResult: Summary
    /// Statistics over all similarities of all results.
    public let pooled: Summary
    /// Results compared.
    public let results: Int
    /// Results without a face among them: each counts as similarity 0 to every profile.
    public let missing: Int

    /// Summarises given similarities.
    ///
    /// - Parameters:
    ///   - similarities: for each result, those to all profiles of its identity, at least one.
    ///   - missing: how many of the results had no face.
    /// - Throws: ``EvaluationError`` for no results, or one without profiles.
    public init(_ similarities: [[Double]], missing: Int = 0) throws {
        guard let fewest = similarities.map(\.count).min() else {
            throw EvaluationError.tooFew("results", needed: 1, found: 0)
        }
        guard fewest > 0 else {
            throw EvaluationError.tooFew("profiles of a result's identity", needed: 1, found: 0)
        }
        perResult = .average(similarities.map(Summary.init))
        pooled = Summary(similarities.flatMap { $0 })
        results = similarities.count
        self.missing = missing
    }

    /// Compares results with profiles by the cosine of their embeddings.
    ///
    /// - Parameters:
    ///   - results: for each identity the embeddings of its results; nil where no face was found.
    ///   - profiles: for each identity its profiles' embeddings, `[P, D]`.
    /// - Throws: ``EvaluationError`` for lists of different length or shapes that do not fit.
    public init(results: [[Tensor?]], profiles: [Tensor]) throws {
        guard results.count == profiles.count else {
            throw EvaluationError.lengths(
                "profiles", expected: results.count, found: profiles.count)
        }
        var similarities: [[Double]] = []
        for (results, profiles) in zip(results, profiles) {
            let unit = try unitEmbeddings(profiles, "profiles")
            for result in results {
                guard let result else {
                    similarities.append([Double](repeating: 0, count: unit.shape[0]))
                    continue
                }
                try expect(
                    result.count == unit.shape[1], result, "embedding", "[\(unit.shape[1])]")
                let own = try unitEmbeddings(result.reshaped([1, -1]), "embedding")
                similarities.append(try own.matmul(unit.transposed(0, 1)).toArray(Double.self))
            }
        }
        let missing = results.joined().count { $0 == nil }
        try self.init(similarities, missing: missing)
    }

    /// The upper bound: each profile compared with the others of its identity.
    ///
    /// - Parameter profiles: for each identity its profiles' embeddings, `[P, D]`; identities with
    ///   one profile are left out.
    /// - Returns: each profile as a result.
    /// - Throws: ``EvaluationError`` if no identity has two profiles.
    public static func amongProfiles(_ profiles: [Tensor]) throws -> ProfileSimilarity {
        let similarities = try profiles.flatMap { profiles -> [[Double]] in
            let unit = try unitEmbeddings(profiles, "profiles")
            let count = unit.shape[0]
            let all = try unit.matmul(unit.transposed(0, 1)).toArray(Double.self)
            guard count > 1 else { return [] }
            return (0..<count).map { row in
                (0..<count).filter { $0 != row }.map { all[row * count + $0] }
            }
        }
        return try ProfileSimilarity(similarities)
    }

    /// Rows for a table with the columns of ``columns``.
    ///
    /// - Parameter name: the method.
    /// - Returns: one row a reading.
    public func rows(_ name: String) -> [[Table.Cell]] {
        [("mean over results", perResult), ("all pairs", pooled)].map { reading, summary in
            [
                .text(name), .text(reading), .number(summary.min), .number(summary.max),
                .number(summary.median), .number(summary.mean), .count(results), .count(missing),
            ]
        }
    }

    /// Headings for ``rows(_:)``.
    public static let columns: [Table.Column] = [
        .init("method"), .init("reading"), .init("min", digits: 3), .init("max", digits: 3),
        .init("median", digits: 3), .init("mean", digits: 3), .init("results"), .init("no face"),
    ]
}
