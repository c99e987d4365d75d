import Checkpoints
import Foundation

/// A training run on disk: everything it was told, said and made.
///
/// ```
/// config.json          the resolved configuration
/// metrics.jsonl        what was measured
/// events.out.…         the same for TensorBoard
/// samples/             pictures on a schedule
/// plots/               curves
/// checkpoints/         states to go on from
/// index.html           all of it, to look at
/// ```
public final class RunFolder {
    /// Where it is.
    public let path: String
    /// The resolved configuration.
    public let configuration: [UInt8]
    /// Saved states.
    public let checkpoints: CheckpointFolder
    private let lock: FolderLock

    /// Opens a run's folder for one process alone; it is made if need be.
    ///
    /// - Parameters:
    ///   - path: the folder.
    ///   - configuration: the resolved configuration, JSON; written to `config.json`.
    ///   - resume: whether a run that is there goes on; otherwise the folder must hold none.
    ///   - keep: checkpoints kept.
    /// - Throws: ``TrainingError`` if the folder holds a run and `resume` is false, if another
    ///   process trains there, or with the system's reason; `CheckpointError`.
    public init(_ path: String, configuration: [UInt8], resume: Bool, keep: Int) throws {
        let manager = FileManager.default
        try Self.check(path, resume: resume)
        do {
            for folder in ["samples", "plots"] {
                try manager.createDirectory(
                    atPath: "\(path)/\(folder)", withIntermediateDirectories: true)
            }
        } catch {
            throw TrainingError("\(path): could not make it: \(error.localizedDescription).")
        }
        do { lock = try FolderLock(path) } catch {
            throw TrainingError("\(path): another process is training in this folder; wait for it.")
        }
        (self.path, self.configuration) = (path, configuration)
        checkpoints = try CheckpointFolder("\(path)/checkpoints", keep: keep)
        try AtomicFile.write(configuration, to: "\(path)/config.json")
    }

    /// Refuses to start anew in a folder that holds a run.
    ///
    /// - Throws: ``TrainingError``.
    public static func check(_ path: String, resume: Bool) throws {
        if !resume, FileManager.default.fileExists(atPath: "\(path)/config.json") {
            throw TrainingError(
                "\(path): expected a new run, found one that has been started; --resume goes on, "
                    + "another folder starts anew.")
        }
    }

    /// The configuration's hash, which checkpoints carry.
    public var configurationHash: String { SHA256.hex(configuration) }

    /// The configuration of a run that was started; nil if there is none.
    public static func configuration(in path: String) throws -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: "\(path)/config.json") else { return nil }
        let file = try InputFile("\(path)/config.json")
        return try file.bytes(at: 0, count: file.size)
    }

    /// The sample pictures' names, oldest first.
    public var samples: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(path)/samples")) ?? []).sorted()
    }
}
