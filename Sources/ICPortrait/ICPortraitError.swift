/// Why a portrait cannot be made: one sentence of what was expected, what was found, where.
public struct ICPortraitError: Error, CustomStringConvertible, Equatable {
    /// The sentence.
    public let description: String

    init(_ description: String) { self.description = description }
}
