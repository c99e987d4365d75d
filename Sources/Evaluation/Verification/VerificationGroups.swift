import Figures
import Torch

/// Verification by an attribute of the people, such as skin tone or sex.
///
/// A group's pairs are those within it, of one person and of two: people of one group resemble each
/// other more than people at large, so this is the harder and the fairer question. All groups are
/// judged at the one threshold of everybody, as a deployed system would.
public struct VerificationGroups: Sendable {
    /// One group's scores.
    public struct Group: Sendable {
        /// The attribute's value.
        public let name: String
        /// People in it.
        public let people: Int
        /// Pictures of them.
        public let pictures: Int
        /// What the shared threshold does to pairs within the group.
        public let shared: VerificationScores.OperatingPoint
        /// The pairs themselves.
        public let scores: VerificationScores
    }

    /// Everybody's scores.
    public let overall: VerificationScores
    /// The false accept rate that the shared threshold was chosen for.
    public let falseAcceptRate: Double
    /// Groups sorted by name.
    public let groups: [Group]

    /// Scores all pairs, together and by group.
    ///
    /// - Parameters:
    ///   - embeddings: `[N, D]`.
    ///   - identities: who each picture shows, N numbers.
    ///   - attributes: the group of each picture, N names.
    ///   - falseAcceptRate: chooses the shared threshold among all pairs.
    /// - Throws: ``EvaluationError`` for lengths that do not fit, or a group without a pair of one
    ///   person or of two.
    public init(
        embeddings: Tensor, identities: [Int], attributes: [String], falseAcceptRate: Double = 0.001
    ) throws {
        guard attributes.count == identities.count else {
            throw EvaluationError.lengths(
                "attributes", expected: identities.count, found: attributes.count)
        }
        let overall = try VerificationScores(allPairsOf: embeddings, identities: identities)
        let threshold = overall.point(atFalseAcceptRate: falseAcceptRate).threshold
        groups = try Set(attributes).sorted().map { name in
            let rows = attributes.indices.filter { attributes[$0] == name }
            let indices = try Tensor(rows.map(Int64.init)).to(embeddings.device)
            let scores = try VerificationScores(
                allPairsOf: embeddings.indexSelected(0, indices),
                identities: rows.map { identities[$0] })
            return Group(
                name: name, people: Set(rows.map { identities[$0] }).count, pictures: rows.count,
                shared: scores.point(at: threshold), scores: scores)
        }
        self.overall = overall
        self.falseAcceptRate = falseAcceptRate
    }

    /// Everybody and each group: accepted shares in percent at the shared threshold.
    ///
    /// - Parameter title: what was measured.
    /// - Returns: a row for all and one for each group.
    public func table(title: String) -> Table {
        let all = overall.point(atFalseAcceptRate: falseAcceptRate)
        func row(
            _ name: String, _ people: Table.Cell, _ pictures: Table.Cell,
            _ scores: VerificationScores, _ point: VerificationScores.OperatingPoint
        ) -> [Table.Cell] {
            [
                .text(name), people, pictures, .number(100 * point.trueAcceptRate),
                .number(100 * point.falseAcceptRate),
                .number(
                    100 * scores.point(atFalseAcceptRate: falseAcceptRate).trueAcceptRate),
                .number(100 * scores.equalErrorRate),
            ]
        }
        return Table(
            title: title,
            columns: [
                .init("group"), .init("people"), .init("pictures"),
                .init("true accepts", unit: "%"), .init("false accepts", unit: "%", digits: 3),
                .init("true accepts at own threshold", unit: "%"),
                .init("equal error", unit: "%"),
            ],
            rows: [row("all", .missing, .missing, overall, all)]
                + groups.map {
                    row($0.name, .count($0.people), .count($0.pictures), $0.scores, $0.shared)
                },
            notes: [
                "Threshold \(fixed(Double(all.threshold), digits: 4)), chosen for a false accept "
                    + "rate of \(fixed(100 * falseAcceptRate, digits: 3)) % over all pairs; "
                    + "groups count pairs within the group."
            ])
    }
}
