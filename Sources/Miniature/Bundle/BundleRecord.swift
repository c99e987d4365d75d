import Checkpoints
import Foundation
import Training

/// `miniature.json` of a bundle: how far every stage had trained and what was last measured, so that
/// a run can take the models up.
struct BundleRecord: Codable, Equatable {
    /// Of one stage.
    struct Stage: Codable, Equatable {
        /// Steps done.
        var steps: Int
        /// The newest figures on people never trained on, by their names in `metrics.jsonl`.
        var figures: [String: Double]
    }

    /// By the stages' names.
    var stages: [String: Stage] = [:]

    static let name = "miniature.json"

    /// What a run has trained.
    init(of run: MiniatureRun) {
        for stage in MiniatureStage.allCases {
            let folder = "\(run.path)/\(stage.rawValue)"
            guard let steps = CheckpointFolder(reading: "\(folder)/checkpoints").steps.last else {
                continue
            }
            let figures = MetricsLog.read("\(folder)/metrics.jsonl").filter { $0.step <= steps }
                .reduce(into: [String: Double]()) { $0.merge($1.values) { _, new in new } }
            stages[stage.rawValue] = Stage(
                steps: steps, figures: figures.filter { $0.key.hasPrefix("heldout") })
        }
    }

    /// Reads a bundle's.
    ///
    /// - Throws: ``MiniatureError`` if there is none or it is something else.
    init(bundle: String) throws {
        let path = "\(bundle)/\(Self.name)"
        guard let bytes = FileManager.default.contents(atPath: path),
            let record = try? JSONDecoder().decode(Self.self, from: bytes)
        else {
            throw MiniatureError(
                "\(bundle): expected miniature models with their \(Self.name), as `likeness train "
                    + "miniature` writes them, found none; another folder may be meant.")
        }
        self = record
    }

    /// Its text.
    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
