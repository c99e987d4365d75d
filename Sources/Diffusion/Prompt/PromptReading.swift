/// How a prompt becomes what the UNet is told.
public struct PromptReading: Equatable, Sendable {
    /// Taken as it stands and cut after 77 tokens, as diffusers' pipelines do; otherwise with weights,
    /// `BREAK` and any length, see ``PromptParts``.
    public var isPlain = false
    /// Which layer of the text encoder is taken, counted from the end as A1111 does: 1 is the usual one,
    /// 2 the one before it.
    public var clipSkip = 1

    /// With weights, the usual layer.
    public init() {}

    /// As it stands, the usual layer.
    public static var plain: PromptReading {
        var reading = PromptReading()
        reading.isPlain = true
        return reading
    }
}
