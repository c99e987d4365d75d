import Checkpoints
import Foundation
import Yams

/// What a model says of its licence.
enum ModelLicence {
    /// From the head of a README, or from a file's own metadata; nil if neither says.
    static func of(_ model: StoredModel) -> String? {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: model.path, isDirectory: &isFolder),
            isFolder.boolValue
        {
            return readMe(model.path)
        }
        if let own = try? openCheckpoint(model.path).metadata["modelspec.license"], !own.isEmpty {
            return own
        }
        return model.origin == .huggingFace ? snapshot(model.path).flatMap(readMe) : nil
    }

    /// The repository's folder that a file of Hugging Face's cache is in.
    private static func snapshot(_ path: String) -> String? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard let place = parts.lastIndex(of: "snapshots"), place + 1 < parts.count else {
            return nil
        }
        return parts[...(place + 1)].joined(separator: "/")
    }

    /// The `license` between the lines of dashes that a model card begins with.
    private static func readMe(_ folder: String) -> String? {
        guard let data = FileManager.default.contents(atPath: "\(folder)/README.md") else {
            return nil
        }
        let text = String(decoding: data.prefix(1 << 16), as: UTF8.self)
        let parts = text.components(separatedBy: "\n---")
        guard text.hasPrefix("---"), parts.count > 1,
            let head = try? Yams.load(yaml: String(parts[0].dropFirst(3))) as? [String: Any]
        else { return nil }
        let named = head["license_name"] as? String
        switch head["license"] {
        case let text as String: return text == "other" ? named ?? text : text
        case let list as [String]: return list.joined(separator: ", ")
        default: return named
        }
    }
}
