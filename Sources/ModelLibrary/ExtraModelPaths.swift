import Foundation
import Yams

/// ComfyUI's `extra_model_paths.yaml`: other programs' folders, by ComfyUI's names of kinds.
///
/// Each section may have a `base_path`, which the others are relative to; a kind has one folder or
/// several, a line each.
struct ExtraModelPaths {
    let shelves: [ModelTree.Shelf]

    /// Reads a file.
    ///
    /// - Throws: ``ModelLibraryError`` for text that is not such a file.
    init(_ path: String) throws {
        guard let data = FileManager.default.contents(atPath: path), data.count < 1 << 20 else {
            throw ModelLibraryError("\(path): expected a file of less than a megabyte, found none.")
        }
        let root: Any?
        do { root = try Yams.load(yaml: String(decoding: data, as: UTF8.self)) } catch {
            throw ModelLibraryError("\(path): expected YAML, found text that is none (\(error)).")
        }
        guard let sections = root as? [String: Any?] else {
            // A file of comments alone is what ComfyUI ships.
            guard root == nil else {
                throw ModelLibraryError("\(path): expected sections with folders of models.")
            }
            shelves = []
            return
        }
        let home = URL(fileURLWithPath: path).deletingLastPathComponent().path
        var shelves: [ModelTree.Shelf] = []
        for (_, section) in sections.sorted(by: { $0.key < $1.key }) {
            guard let section = section as? [String: Any?] else { continue }
            let base = (section["base_path"] as? String).map { Self.absolute($0, from: home) }
            for (kind, value) in section.sorted(by: { $0.key < $1.key }) {
                guard !["base_path", "is_default", "custom_nodes"].contains(kind),
                    let lines = value as? String
                else { continue }
                for line in lines.split(whereSeparator: \.isNewline) {
                    let folder = line.trimmingCharacters(in: .whitespaces)
                    guard !folder.isEmpty else { continue }
                    shelves.append(
                        .init(name: kind, path: Self.absolute(folder, from: base ?? home)))
                }
            }
        }
        self.shelves = shelves
    }

    private static func absolute(_ path: String, from base: String) -> String {
        let expanded =
            path.hasPrefix("~/") ? NSHomeDirectory() + path.dropFirst(1) : path
        return expanded.hasPrefix("/") ? expanded : "\(base)/\(expanded)"
    }
}
