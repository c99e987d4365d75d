import Foundation

/// What Hugging Face's libraries have stored on this machine: `hub/models--ORG--NAME/snapshots/REV`.
/// Nothing is ever fetched.
public struct HuggingFaceCache: Sendable {
    /// The folder of repositories.
    public let path: String

    /// The cache at a place.
    public init(_ path: String) { self.path = path }

    /// Where `HF_HUB_CACHE` says, or `HF_HOME`, or in the user's cache folder, as their libraries look.
    ///
    /// - Parameter environment: the variables.
    public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        let home = environment["HOME"] ?? NSHomeDirectory()
        let cache = environment["XDG_CACHE_HOME"] ?? "\(home)/.cache"
        let own = (environment["HF_HOME"] ?? "\(cache)/huggingface")
        path = Self.expanded(environment["HF_HUB_CACHE"] ?? "\(own)/hub", home)
    }

    private static func expanded(_ path: String, _ home: String) -> String {
        path.hasPrefix("~/") ? home + path.dropFirst(1) : path
    }

    /// A stored repository.
    public struct Repository: Equatable, Sendable {
        /// `ORG/NAME`.
        public let name: String
        /// The folder of the revision that was stored last under a name such as `main`.
        public let snapshot: String
    }

    /// The models that are there, by name.
    public var models: [Repository] {
        let manager = FileManager.default
        let folders = (try? manager.contentsOfDirectory(atPath: path)) ?? []
        return folders.filter { $0.hasPrefix("models--") }.sorted().compactMap { folder in
            let name = folder.dropFirst("models--".count)
                .replacingOccurrences(of: "--", with: "/")
            return snapshot("\(path)/\(folder)").map { Repository(name: name, snapshot: $0) }
        }
    }

    private func snapshot(_ repository: String) -> String? {
        let manager = FileManager.default
        let revisions = (try? manager.contentsOfDirectory(atPath: "\(repository)/snapshots")) ?? []
        for reference in ["main", "fp16"] {
            guard
                let text = try? String(
                    contentsOfFile: "\(repository)/refs/\(reference)", encoding: .utf8)
            else { continue }
            let revision = text.trimmingCharacters(in: .whitespacesAndNewlines)
            if revisions.contains(revision) { return "\(repository)/snapshots/\(revision)" }
        }
        return revisions.sorted().last.map { "\(repository)/snapshots/\($0)" }
    }

    /// The folder of a CLIP vocabulary, from any model that has one.
    ///
    /// - Returns: a folder that ``CLIPTokenizer/init(folder:padding:)`` reads; nil if there is none.
    public func tokenizer() -> String? {
        let manager = FileManager.default
        let published = MadeUpVocabulary.published.count
        for model in models {
            for folder in ["\(model.snapshot)/tokenizer", model.snapshot] {
                let names = (try? manager.contentsOfDirectory(atPath: folder)) ?? []
                guard names.contains("merges.txt"), names.contains("vocab.json"),
                    let found = try? CLIPTokenizer(folder: folder), found.count == published
                else { continue }
                return folder
            }
        }
        return nil
    }
}
