import Training

/// Two pictures of a person at a time, in an endless random order.
public struct ViewPairs: BatchSource {
    /// Pairs of a batch.
    public let batchSize: Int
    private let views: ViewLatents
    private let flows: ViewFlows?
    private let person: [Int]
    private let order: SampleShuffle
    private let seeds: StepSeed

    /// Pairs of these pictures.
    ///
    /// - Parameters:
    ///   - views: the pictures.
    ///   - flows: pairs of them whose correspondence is known: only those are seen. If nil, every
    ///     picture is a target in turn, beside any other of its person.
    ///   - batchSize: pairs of a batch.
    ///   - seed: of all choices.
    /// - Throws: ``ICPortraitError`` for flows of pictures that are not there.
    public init(_ views: ViewLatents, flows: ViewFlows? = nil, batchSize: Int, seed: UInt64) throws
    {
        if let flows {
            let numbers = flows.pairs.flatMap { [$0.target, $0.profile] }
            guard let most = numbers.max(), most < views.count, numbers.allSatisfy({ $0 >= 0 })
            else {
                throw ICPortraitError(
                    "expected flows between \(views.count) pictures, found one of picture "
                        + "\(numbers.max() ?? 0); make the flows of these pictures.")
            }
        }
        (self.views, self.flows, self.batchSize) = (views, flows, batchSize)
        seeds = StepSeed(seed)
        person = views.people.enumerated().flatMap { index, range in range.map { _ in index } }
        order = SampleShuffle(
            count: flows?.pairs.count ?? views.count, seed: seeds("pairs", 0))
    }

    /// The pairs of a step.
    public func batch(at step: Int) throws -> PairBatch {
        var random = StepRandom(seed: seeds("partner", step))
        let numbers = (0..<batchSize).map { order[step * batchSize + $0] }
        let pairs = numbers.map { number in
            flows?.pairs[number] ?? (target: number, profile: partner(of: number, &random))
        }
        return PairBatch(
            count: batchSize, shape: views.shape, targets: views.latents(pairs.map(\.target)),
            profiles: views.latents(pairs.map(\.profile)),
            tokens: views.embeddings(pairs.map(\.profile)), truth: flows?.truth(numbers))
    }

    private func partner(of picture: Int, _ random: inout StepRandom) -> Int {
        let own = views.people[person[picture]]
        let step = 1 + random.below(own.count - 1)
        return own.lowerBound + (picture - own.lowerBound + step) % own.count
    }
}
