import Checkpoints
import Foundation
import Testing
import World

/// A folder that goes away with the test.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "shards-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file, and the folders on the way to it.
    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let folder = pathParts(file(name)).folder
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }

    func names(_ folder: String = ".") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: file(folder)).sorted()
    }
}

/// The whole of a file.
func content(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
}

/// Every file of a folder.
func contents(of folder: String) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
        files[name] = try content("\(folder)/\(name)")
    }
    return files
}

/// The sentence of the ``ShardError`` that `body` throws, its path replaced by `…`; nil if none.
func shardSentence(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch let error as ShardError {
        return ShardError("…", error.problem).description
    } catch {
        Issue.record("expected a ShardError, found \(error)")
        return nil
    }
}

/// A source whose samples are bytes drawn from its seed and the index, of 0 to 2,000 bytes a member.
struct PatternSource: SampleSource {
    var count = 25
    var version = "pattern-1"
    var seed: UInt64 = 7
    var settings = ["size": "64"]
    /// Called before a sample is made.
    var before: @Sendable (Int) throws -> Void = { _ in }

    func sample(at index: Int) throws -> Sample {
        try before(index)
        var random = TestGenerator(state: seed &* 1_000_003 &+ UInt64(index))
        let members = ["png", "json", "flow.bin"].map { suffix in
            let length = Int(random.next() % 2001)
            return Sample.Member(
                suffix, (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        }
        return Sample(key: Sample.key(for: index), members: members)
    }

    /// All its samples.
    var samples: [Sample] { get throws { try (0..<count).map(sample) } }
}

/// SplitMix64 (Steele et al. 2014).
struct TestGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Everything a stream still has.
func drain(_ stream: ShardStream) throws -> [Sample] {
    var samples: [Sample] = []
    while let sample = try stream.next() { samples.append(sample) }
    return samples
}
