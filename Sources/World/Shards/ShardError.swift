import Checkpoints
import Foundation

/// Why a data set could not be written or read.
///
/// Each case carries the facts; ``description`` makes one sentence of them.
public struct ShardError: Error, Equatable, Sendable {
    /// The file or folder at fault, as the caller named it; empty where there is none.
    public var path: String
    /// What is wrong with it.
    public var problem: Problem

    /// Describes one failure.
    ///
    /// - Parameters:
    ///   - path: the file or folder at fault.
    ///   - problem: what is wrong with it.
    public init(_ path: String, _ problem: Problem) {
        self.path = path
        self.problem = problem
    }

    /// What can be wrong. `expected` and `found` are ends of a sentence.
    public enum Problem: Equatable, Sendable {
        /// The operating system refused: what we were doing, and its `errno`.
        case system(doing: String, code: Int32)
        /// A tar archive that is damaged, unfinished or hostile, `offset` bytes into it.
        case tar(offset: Int, expected: String, found: String)
        /// A manifest that is broken or does not fit together.
        case manifest(expected: String, found: String)
        /// The folder holds another data set: what differs, there and here.
        case otherData(what: String, there: String, here: String)
        /// Another process writes into the folder.
        case busy
        /// The folder holds shards that no manifest explains.
        case strangers([String])
        /// A data set of which some shards are not made yet.
        case unfinished(shards: Int, of: Int)
        /// A shard that is not the one its manifest describes.
        case damaged(expected: String, found: String)
        /// There is nothing to read.
        case noShards
        /// A value the caller gave lies outside its range.
        case option(name: String, expected: String, found: String)
        /// A sample that could not be made or cannot be stored.
        case sample(index: Int, reason: String)
        /// A saved position that belongs to another data set, order or part.
        case otherPosition
        /// Photographs, or files beside them, that cannot be used, each with its reason.
        case photos([Photo], of: Int)
        /// No folder of photographs in the folder.
        case noPersons
    }

    /// A file of a photo folder that cannot be used.
    public struct Photo: Equatable, Sendable {
        /// Person's folder and file, `anna/front.jpg`.
        public var name: String
        /// A sentence without its full stop.
        public var reason: String

        /// A file and why it cannot be used.
        ///
        /// - Parameters:
        ///   - name: person's folder and file.
        ///   - reason: a sentence without its full stop.
        public init(name: String, reason: String) {
            self.name = name
            self.reason = reason
        }
    }
}

extension ShardError: CustomStringConvertible {
    /// One sentence: what was expected, what was found, where, what to try.
    public var description: String { (path.isEmpty ? "" : "\(path): ") + "\(sentence)." }

    private var sentence: String {
        switch problem {
        case .system(let doing, let code):
            "could not \(doing), the system says \(String(cString: strerror(code))) (errno \(code))"
        case .tar(let offset, let expected, let found):
            "expected \(expected), found \(found) at byte \(offset) of the tar file; make or "
                + "fetch it again"
        case .manifest(let expected, let found):
            "expected \(expected), found \(found); restore the manifest, or make the data set "
                + "again in another folder"
        case .otherData(let what, let there, let here):
            "expected the \(what) of the data set in this folder, \(there), found \(here); "
                + "continue with the same settings, or name another folder"
        case .busy:
            "expected to be the only writer in this folder, found another one at work; wait for "
                + "it or name another folder"
        case .strangers(let names):
            "expected no shards but those of its manifest.json, found \(listed(names)); remove "
                + "them or name another folder"
        case .unfinished(let shards, let all):
            "expected all \(all) shards, found \(shards); run the command that makes them again, "
                + "it continues where it stopped"
        case .damaged(let expected, let found):
            "expected \(expected), found \(found); run the command that made it again, only this "
                + "shard is made anew"
        case .noShards: "expected tar files with samples, found none; name a folder of shards"
        case .option(let name, let expected, let found):
            "expected \(name) to be \(expected), found \(found)"
        case .sample(let index, let reason):
            "sample \(index) could not be made: \(reason)"
        case .otherPosition:
            "expected a position saved from these shards with the same order and part, found "
                + "another; start from the beginning, or read as when it was saved"
        case .photos(let photos, let count):
            "expected \(count) usable files, found \(photos.count) that cannot be used: "
                + photos.prefix(10).map { "\(shortened($0.name)) (\($0.reason))" }
                .joined(separator: "; ")
                + (photos.count > 10 ? "; and \(photos.count - 10) more" : "")
                + "; repair or remove them"
        case .noPersons:
            "expected one folder a person with photographs in it, found none; put each person's "
                + "photographs in a folder of their own"
        }
    }
}
