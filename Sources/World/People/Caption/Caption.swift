/// A picture in words, made from what is known of it.
///
/// One of several ways to say it: a caption opens in one of ``families`` manners, and its words
/// vary within. Everything that shows has a word; a long caption says all of it. People have no
/// names.
public struct Caption: Codable, Equatable, Sendable {
    /// How much is told.
    public enum Length: String, CaseIterable, Codable, Sendable {
        /// One sentence or phrase with a feature or two.
        case short
        /// Two or three sentences.
        case medium
        /// All there is to say.
        case long
    }

    /// How many manners of opening there are.
    public static let families = CaptionLead.allCases.count

    /// The words, beginning with a capital and ending with a full stop.
    public var text: String
    /// How much is told.
    public var length: Length
    /// Which manner of opening, 0..<``families``.
    public var family: Int

    /// Describes a picture; the same person, look, length and variant give the same words.
    ///
    /// - Parameters:
    ///   - person: who is in the picture.
    ///   - look: the picture.
    ///   - length: how much is told.
    ///   - variant: which paraphrase, 0 and up; neighbours open differently.
    public init(of person: Person, _ look: Look, _ length: Length, variant: Int = 0) {
        let place = [look.person, look.view]
        var start = WorldRandom(seed: look.seed, stream: "caption/family", indices: place)
        let step = abs(variant % Self.families)
        let family = (start.below(Self.families) + step) % Self.families
        var writer = CaptionWriter(
            person, look,
            WorldRandom(
                seed: look.seed, stream: "caption/\(length.rawValue)", indices: place + [variant]))
        text = writer.text(CaptionLead.allCases[family], length)
        self.length = length
        self.family = family
    }

    /// Paraphrases of all lengths.
    ///
    /// - Parameters:
    ///   - person: who is in the picture.
    ///   - look: the picture.
    ///   - count: how many of each length.
    /// - Returns: short, medium and long captions in turn, `3 * count` of them.
    public static func paraphrases(of person: Person, _ look: Look, count: Int) -> [Caption] {
        (0..<count).flatMap { variant in
            Length.allCases.map { Caption(of: person, look, $0, variant: variant) }
        }
    }
}
