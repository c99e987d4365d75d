import Checkpoints
import Foundation
import Torch

/// A run's saved states: each a folder that is there whole or not at all.
///
/// `step-00000500/` holds safetensors files and `state.json` with the step, a hash of the run's
/// configuration and the SHA-256 of every file. A save goes to `.tmp-…`, every file and the folder
/// are flushed to disk, and one rename makes it real. Which is the latest is looked up, never
/// written down, so it cannot be stale.
public struct CheckpointFolder: Sendable {
    /// What a checkpoint says of itself.
    public struct State: Codable, Equatable, Sendable {
        /// Of a file.
        public struct File: Codable, Equatable, Sendable {
            /// Its length.
            public var bytes: Int
            /// Of its contents, in hexadecimal.
            public var sha256: String
        }

        /// Of this layout.
        public var version = 1
        /// Steps done.
        public var step: Int
        /// Of the configuration that the run goes by.
        public var configuration: String
        /// By name.
        public var files: [String: File]
    }

    /// A checkpoint that was checked.
    public struct Found: Equatable, Sendable {
        /// Its folder.
        public let path: String
        /// What it says of itself.
        public let state: State
    }

    /// The folder that holds them.
    public let path: String
    /// How many are kept.
    public let keep: Int

    /// Checkpoints to read: nothing is made or removed, so another process may be saving there.
    public init(reading path: String) { (self.path, keep) = (path, 3) }

    /// Checkpoints in a folder, which is made; what killed saves left there is removed, so no other
    /// process may be saving there: ``RunFolder`` sees to that.
    ///
    /// - Throws: ``TrainingError`` with the system's reason.
    public init(_ path: String, keep: Int = 3) throws {
        (self.path, self.keep) = (path, max(keep, 1))
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
            for name in try FileManager.default.contentsOfDirectory(atPath: path)
            where name.hasPrefix(Self.temporary) {
                try FileManager.default.removeItem(atPath: "\(path)/\(name)")
            }
        } catch {
            throw TrainingError("\(path): could not prepare it: \(error.localizedDescription).")
        }
    }

    private static let temporary = ".tmp-"

    /// The steps that have a checkpoint, oldest first.
    public var steps: [Int] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.compactMap { name in
            name.hasPrefix("step-") ? Int(name.dropFirst(5)) : nil
        }.sorted()
    }

    /// Where a step's checkpoint is.
    public func folder(of step: Int) -> String {
        let digits = String(step)
        return "\(path)/step-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }

    /// Saves a step, then removes the oldest beyond ``keep``.
    ///
    /// - Parameters:
    ///   - step: steps done.
    ///   - configuration: a hash of the run's configuration.
    ///   - files: tensors by name, by file name.
    /// - Throws: `CheckpointError`, `TorchError`; earlier checkpoints are then as they were.
    public func save(
        step: Int, configuration: String, files: [String: [String: Tensor]]
    ) throws {
        let target = folder(of: step)
        remove(step)
        try AtomicFolder.write(
            to: target, through: "\(path)/\(Self.temporary)\(step)"
        ) { folder in
            var state = State(step: step, configuration: configuration, files: [:])
            for (name, tensors) in files.sorted(by: { $0.key < $1.key }) {
                try SafetensorsWriter.write(tensors, to: "\(folder)/\(name)")
                state.files[name] = try Self.description(of: "\(folder)/\(name)")
            }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
            try AtomicFile.write([UInt8](encoder.encode(state)), to: "\(folder)/state.json")
        }
        for old in steps.dropLast(keep) {
            remove(old)
        }
    }

    /// Removes a step's checkpoint: one that is being emptied must not stand under a final name.
    private func remove(_ step: Int) {
        let aside = "\(path)/\(Self.temporary)old-\(step)"
        guard rename(folder(of: step), aside) == 0 else { return }
        try? FileManager.default.removeItem(atPath: aside)
    }

    /// The newest checkpoint that is whole.
    ///
    /// - Parameter damaged: called with a sentence on each newer one that is not.
    /// - Returns: it, or nil if there is none.
    public func latest(damaged: (String) -> Void = { _ in }) -> Found? {
        for step in steps.reversed() {
            do { return try verified(step) } catch { damaged("\(error)") }
        }
        return nil
    }

    /// A step's checkpoint, every byte of it checked.
    ///
    /// - Throws: ``TrainingError``, `CheckpointError`.
    public func verified(_ step: Int) throws -> Found {
        let folder = folder(of: step)
        let file = try InputFile("\(folder)/state.json")
        let bytes = try file.bytes(at: 0, count: file.size)
        guard let state = try? JSONDecoder().decode(State.self, from: Data(bytes)),
            state.step == step, state.version == 1
        else {
            throw TrainingError(
                "\(folder)/state.json: expected the state of step \(step), found something else.")
        }
        for (name, expected) in state.files.sorted(by: { $0.key < $1.key }) {
            let found = try Self.description(of: "\(folder)/\(name)")
            guard found == expected else {
                throw TrainingError(
                    "\(folder)/\(name): expected \(expected.bytes) bytes with SHA-256 "
                        + "\(expected.sha256.prefix(16))…, found \(found.bytes) with "
                        + "\(found.sha256.prefix(16))…; the file is damaged.")
            }
        }
        return Found(path: folder, state: state)
    }

    /// The length and hash of a file.
    static func description(of path: String) throws -> State.File {
        let file = try InputFile(path)
        var hash = SHA256()
        var position = 0
        while position < file.size {
            let part = try file.bytes(at: position, count: min(1 << 20, file.size - position))
            part.withUnsafeBytes { hash.update($0) }
            position += part.count
        }
        return State.File(bytes: file.size, sha256: hash.finish())
    }
}
