import Foundation
import Miniature

/// Models that users name by a word.
enum ShippedModel {
    /// The guidance that suits a shipped model; nil for others. 7.5 burns the small base's colours.
    static func guidance(_ name: String) -> Double? { name == "miniature" ? 3 : nil }

    /// The folder of a model: `miniature` is the shipped one, anything else a path.
    static func folder(_ name: String) throws -> String {
        guard name == "miniature", !FileManager.default.fileExists(atPath: name) else {
            return name
        }
        guard let folder = MiniatureBundle.shipped() else {
            throw CommandError(
                "--model miniature: expected the miniature models in Models/miniature or under "
                    + "$LIKENESS_MODELS, found none; `likeness train miniature` makes them",
                code: Failure.unavailable)
        }
        return folder
    }
}
