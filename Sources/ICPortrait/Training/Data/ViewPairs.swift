import Training

/// Two pictures of a person at a time, in an endless random order.
public struct ViewPairs: BatchSource {
    /// Pairs of a batch.
    public let batchSize: Int
    private let views: ViewLatents
    private let flows: ViewFlows?
    private let standIns: ViewStandIns?
    private let share: Double
    private let faces: ViewFaces?
    private let person: [Int]
    private let order: SampleShuffle
    private let seeds: StepSeed

    /// Pairs of these pictures.
    ///
    /// - Parameters:
    ///   - views: the pictures.
    ///   - flows: pairs of them whose correspondence is known: only those are seen. If nil, every
    ///     picture is a target in turn, beside any other of its person.
    ///   - standIns: strangers in the places of some pictures.
    ///   - share: of pairs whose style reference is a stranger, 0...1.
    ///   - faces: where the faces are and whose, for losses that ask for it.
    ///   - batchSize: pairs of a batch.
    ///   - seed: of all choices.
    /// - Throws: ``ICPortraitError`` for flows, stand-ins or faces of pictures that are not there.
    public init(
        _ views: ViewLatents, flows: ViewFlows? = nil, standIns: ViewStandIns? = nil,
        share: Double = 0, faces: ViewFaces? = nil, batchSize: Int, seed: UInt64
    ) throws {
        if let faces, faces.count != views.count {
            throw ICPortraitError(
                "expected the faces of \(views.count) pictures, found those of \(faces.count).")
        }
        self.faces = faces
        guard (0...1).contains(share), share == 0 || flows == nil else {
            throw ICPortraitError(
                "expected a share of 0 to 1 of stand-ins, and none beside flows, found \(share).")
        }
        if share > 0 {
            guard let standIns, standIns.shape == views.shape,
                standIns.pictures.allSatisfy({ (0..<views.count).contains($0) })
            else {
                throw ICPortraitError(
                    "expected stand-ins for some of \(views.count) pictures, of latents "
                        + "\(views.shape), found none or others; make them of these pictures.")
            }
        }
        (self.standIns, self.share) = (share > 0 ? standIns : nil, share)
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
        var strangers: [Int?] = numbers.map { _ in nil }
        if let standIns {
            strangers = numbers.map { _ in
                random.unit() < share ? random.below(standIns.count) : nil
            }
        }
        let pairs = zip(numbers, strangers).map { number, stranger in
            if let known = flows?.pairs[number] { return known }
            let target = stranger.flatMap { standIns?.pictures[$0] } ?? number
            return (target: target, profile: partner(of: target, &random))
        }
        var batch = PairBatch(
            count: batchSize, shape: views.shape, targets: views.latents(pairs.map(\.target)),
            profiles: views.latents(pairs.map(\.profile)),
            tokens: views.embeddings(pairs.map(\.profile)), truth: flows?.truth(numbers))
        batch.faces = faces?.faces(pairs.map(\.target))
        if let standIns {
            batch.standIns = zip(pairs, strangers).flatMap { pair, stranger in
                stranger.map { Array(standIns.latents($0)) } ?? views.latents([pair.target])
            }
        }
        return batch
    }

    private func partner(of picture: Int, _ random: inout StepRandom) -> Int {
        let own = views.people[person[picture]]
        let step = 1 + random.below(own.count - 1)
        return own.lowerBound + (picture - own.lowerBound + step) % own.count
    }
}
