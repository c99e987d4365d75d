import Faces
import Foundation

/// Which of several photos of a person suits a style reference best: the nearest pose and light, for
/// then the most of what is to be drawn can be seen.
public struct ProfileChoice {
    /// The place of the best photo.
    public let index: Int
    /// Why, for a user.
    public let reason: String

    /// Compares.
    ///
    /// - Parameters:
    ///   - profiles: of one person, at least one.
    ///   - reference: whose pose and light are wanted.
    /// - Throws: ``ICPortraitError`` for no photos.
    public init(_ profiles: [HeadView], for reference: HeadView) throws {
        let turns = profiles.map { Self.turn($0, reference) }
        let lights = profiles.map { Self.light($0, reference) }
        // A turn of 30 degrees hides about as much as light from the other side does.
        let costs = zip(turns, lights).map { ($0 ?? 15) / 30 + $1 }
        guard let best = costs.indices.min(by: { costs[$0] < costs[$1] }) else {
            throw ICPortraitError("expected a profile photo, found none.")
        }
        index = best
        guard profiles.count > 1 else {
            reason = "the only photo"
            return
        }
        func told(_ place: Int) -> String {
            let turn = turns[place].map { String(format: "%.0f degrees", $0) } ?? "unknown"
            return "turned by \(turn), light off by \(String(format: "%.2f", lights[place]))"
        }
        let others = costs.indices.filter { $0 != best }.sorted { costs[$0] < costs[$1] }
        reason = "\(told(best)); the next \(told(others[0]))"
    }

    /// Degrees between where two heads look; nil if one is not known.
    private static func turn(_ a: HeadView, _ b: HeadView) -> Double? {
        guard let a = a.direction, let b = b.direction else { return nil }
        return hypot(a.right - b.right, a.down - b.down)
    }

    /// How differently two heads are lit.
    private static func light(_ a: HeadView, _ b: HeadView) -> Double {
        let (a, b) = (a.light, b.light)
        return hypot(a.right - b.right, a.down - b.down)
    }
}
