/// What was wrong with a diffusion model's files or with a request, in one sentence.
public struct DiffusionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The sentence: what was expected, what was found, where, what to try.
    public let description: String

    /// An error with its sentence.
    public init(_ description: String) { self.description = description }
}
