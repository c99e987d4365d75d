/// What people and pictures of the world are like, counted.
public struct PopulationStatistics: Codable, Equatable, Sendable {
    /// How many people were counted.
    public private(set) var persons = 0
    /// How many pictures were counted.
    public private(set) var looks = 0
    /// In the order of `Measure.allCases`.
    public private(set) var histograms: [Histogram]
    private let range: ViewRange

    /// Nothing counted yet.
    ///
    /// - Parameter range: of the cameras that will be counted.
    public init(range: ViewRange = .training) {
        self.range = range
        histograms = Measure.allCases.map { $0.empty(in: range) }
    }

    /// Counts people 0..<persons of a seed, and pictures of them.
    ///
    /// - Parameters:
    ///   - seed: of the people.
    ///   - persons: how many.
    ///   - views: pictures of each.
    ///   - range: of the cameras.
    public init(seed: UInt64, persons: Int, views: Int = 1, range: ViewRange = .training) {
        self.init(range: range)
        for index in 0..<persons {
            let person = Person(seed: seed, index: index)
            add(person)
            for view in 0..<views { add(person, Look(of: person, view: view, in: range)) }
        }
    }

    /// Counts a person.
    public mutating func add(_ person: Person) {
        persons += 1
        for (i, measure) in Measure.allCases.enumerated() {
            if let bin = measure.bin(person) { histograms[i].add(bin) }
        }
    }

    /// Counts a picture of a person.
    public mutating func add(_ person: Person, _ look: Look) {
        looks += 1
        for (i, measure) in Measure.allCases.enumerated() {
            if let bin = measure.bin(look, range) { histograms[i].add(bin) }
        }
    }

    /// The counts of a measure.
    public subscript(measure: Measure) -> Histogram { histograms[measure.place] }

    /// Ends of ranges where nobody is, such as `age: 80-90`; none in a good world.
    public var emptyEnds: [String] {
        histograms.flatMap { histogram in histogram.emptyEnds.map { "\(histogram.title): \($0)" } }
    }

    /// Kinds and steps of which there are none.
    public var emptyBins: [String] {
        histograms.flatMap { histogram in histogram.emptyBins.map { "\(histogram.title): \($0)" } }
    }

    /// All tables in Markdown.
    public var markdown: String {
        let opening = "\(persons) persons, \(looks) looks"
        return ([opening] + histograms.map(\.markdown)).joined(separator: "\n\n") + "\n"
    }
}
