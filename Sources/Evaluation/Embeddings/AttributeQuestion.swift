import Torch

/// A question about a picture that an image-text model answers by comparing it with texts: "a
/// person with glasses" or "a person without glasses". Radford et al. 2021, section 3.1.
public struct AttributeQuestion {
    /// What several sentences of an answer come to.
    public enum Averaging: Hashable, Sendable {
        /// The cosine with their mean direction, as in the paper.
        case directions
        /// The mean of the cosines with each. Where the n-th sentences of all answers differ in the
        /// answer alone, what else they say cancels; one length for all mean directions would undo
        /// that.
        case cosines
    }

    /// What is asked, for tables: `glasses`.
    public let name: String
    /// The answers in few words, two or more.
    public let answers: [String]
    /// `[A, D]`.
    private let texts: Tensor

    /// A question whose answers may each be said in several ways: an answer's cosine is the mean of its
    /// ways', so that having more of them is no advantage.
    ///
    /// - Parameters:
    ///   - name: what is asked.
    ///   - answers: the answers in few words, two or more.
    ///   - texts: embeddings of several sentences for each way, `[W, S, D]`.
    ///   - ways: which answer each way gives, W places among `answers`, each at least once.
    /// - Throws: ``EvaluationError`` for fewer than two answers, other shapes, answers without a way.
    public init(name: String, answers: [String], texts: Tensor, ways: [Int]) throws {
        guard Set(ways) == Set(answers.indices) else {
            throw EvaluationError.argument(
                "ways of '\(name)'", expected: "one or more of each answer", found: "\(ways)")
        }
        let each = try AttributeQuestion(
            name: name, answers: ways.map { answers[$0] }, texts: texts, averaging: .cosines)
        (self.name, self.answers) = (name, answers)
        self.texts = try .stack(
            answers.indices.map { answer in
                let own = ways.indices.filter { ways[$0] == answer }.map(Int64.init)
                return try each.texts.indexSelected(0, Tensor(own, device: texts.device)).mean([0])
            })
    }

    /// A question.
    ///
    /// - Parameters:
    ///   - name: what is asked.
    ///   - answers: the answers in few words, two or more.
    ///   - texts: embeddings of a sentence for each answer `[A, D]`, or of several sentences for
    ///     each `[A, S, D]`.
    ///   - averaging: what several sentences come to.
    /// - Throws: ``EvaluationError`` for fewer than two answers or another shape.
    public init(
        name: String, answers: [String], texts: Tensor, averaging: Averaging = .directions
    ) throws {
        guard answers.count >= 2 else {
            throw EvaluationError.tooFew("answers to '\(name)'", needed: 2, found: answers.count)
        }
        let fits = (2...3).contains(texts.rank) && texts.shape[0] == answers.count
        try expect(
            fits, texts, "texts of '\(name)'",
            "[\(answers.count), D] or "
                + "[\(answers.count), S, D]")
        self.name = name
        self.answers = answers
        self.texts = try noGrad {
            let unit = try texts.detached().to(.float32).unitRows()
            guard unit.rank == 3 else { return unit }
            let mean = try unit.mean([1])
            return try averaging == .directions ? mean.unitRows() : mean
        }
    }

    /// The answer for each picture: that with the greatest cosine, the first of equal ones.
    ///
    /// - Parameter images: embeddings `[N, D]`.
    /// - Returns: places among ``answers``.
    /// - Throws: ``EvaluationError`` for another shape.
    public func answer(_ images: Tensor) throws -> [Int] {
        let unit = try unitEmbeddings(images, "images")
        try expect(unit.shape[1] == texts.shape[1], images, "images", "[N, \(texts.shape[1])]")
        return try unit.matmul(texts.transposed(0, 1)).argmax(along: 1)
            .toArray(Int64.self).map(Int.init)
    }

    /// Answers for pictures whose true answers are known.
    ///
    /// - Parameters:
    ///   - images: embeddings `[N, D]`.
    ///   - truth: places among ``answers``, N of them.
    /// - Returns: how often each answer was given for each truth.
    /// - Throws: ``EvaluationError`` for shapes or lengths that do not fit.
    public func score(_ images: Tensor, truth: [Int]) throws -> ConfusionCounts {
        try ConfusionCounts(classes: answers, truth: truth, given: answer(images))
    }
}
