import Diffusion
import Foundation

/// All models in some trees, each once, whatever links lead to it.
public struct ModelLibrary: Sendable {
    /// The trees, in the order they were looked into.
    public let trees: [ModelTree]
    /// By tree, then by shelf, then by name.
    public let models: [StoredModel]

    /// Looks into trees; only names are read.
    public init(_ trees: [ModelTree]) {
        self.trees = trees
        let found = trees.flatMap { Self.models(in: $0) }
        // A folder's link may lead anywhere, back up too: a model has its name from where it lies.
        let plain = Set(found.filter { !$0.isLinked }.map { Self.real($0.model.path) })
        var seen = Set<String>()
        models = found.filter { one in
            let real = Self.real(one.model.path)
            return !(one.isLinked && plain.contains(real)) && seen.insert(real).inserted
        }.map(\.model)
    }

    /// Models of a name, case aside: those that their users call so, then those without their ending.
    public func find(_ name: String) -> [StoredModel] {
        let wanted = name.lowercased()
        let exact = models.filter { $0.name.lowercased() == wanted }
        return exact
            + models.filter { model in
                WeightFiles.stem(model.name).lowercased() == wanted && !exact.contains(model)
            }
    }

    /// The file that links end at: two names of one file are one model.
    private static func real(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }

    private static func models(in tree: ModelTree) -> [(model: StoredModel, isLinked: Bool)] {
        guard tree.kind == .huggingFace else {
            return tree.shelves.flatMap { shelf in
                walk(shelf.path).map { found -> (StoredModel, Bool) in
                    let name = shelf.dropsEnding ? WeightFiles.stem(found.name) : found.name
                    let model = StoredModel(
                        name: name.isEmpty ? folderName(shelf.path) : name, path: found.path,
                        origin: tree.kind, shelf: shelf.name, byteCount: found.byteCount)
                    return (model, found.isLinked)
                }
            }
        }
        return HuggingFaceCache(tree.path).models.flatMap { repository in
            walk(repository.snapshot).map { found -> (StoredModel, Bool) in
                let model = StoredModel(
                    name: found.name.isEmpty ? repository.name : "\(repository.name)/\(found.name)",
                    path: found.path, origin: .huggingFace, shelf: "hub",
                    byteCount: found.byteCount)
                return (model, found.isLinked)
            }
        }
    }

    private static func folderName(_ path: String) -> String {
        URL(fileURLWithPath: path).lastPathComponent
    }

    /// A model below a folder.
    private struct Found {
        /// Its path from there; empty for the folder itself.
        let name: String
        let path: String
        let byteCount: Int
        /// Whether a folder's link led there.
        let isLinked: Bool
    }

    /// Models below a folder, by name: whole folders, then single files. Links are followed, but none that
    /// leads back.
    private static func walk(_ root: String) -> [Found] {
        var found: [Found] = []
        var visited = Set<String>()
        func visit(_ path: String, _ name: String, depth: Int, isLinked: Bool) {
            guard depth < 8, visited.insert(real(path)).inserted else { return }
            let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
                .filter { !$0.hasPrefix(".") }.sorted()
            let isModel = StoredFolder.isModel(path, names)
            if isModel {
                found.append(
                    Found(
                        name: name, path: path, byteCount: byteCount(path), isLinked: isLinked))
            }
            let isPipeline = names.contains("model_index.json")
            for entry in names {
                let place = "\(path)/\(entry)"
                let own = name.isEmpty ? entry : "\(name)/\(entry)"
                var isFolder: ObjCBool = false
                guard FileManager.default.fileExists(atPath: place, isDirectory: &isFolder) else {
                    continue  // a link to nothing
                }
                if isFolder.boolValue {
                    if !isPipeline {
                        let leads = isLinked || isLink(place)
                        visit(place, own, depth: depth + 1, isLinked: leads)
                    }
                } else if isSingle(entry, among: names, inModel: isModel && !isPipeline) {
                    found.append(
                        Found(
                            name: own, path: place, byteCount: size(place), isLinked: isLinked))
                }
            }
        }
        visit(root, "", depth: 0, isLinked: false)
        return found
    }

    private static func isSingle(_ name: String, among names: [String], inModel: Bool) -> Bool {
        if inModel, StoredFolder.isWeights(name) { return false }
        if name.hasSuffix(".safetensors.index.json") { return !inModel }
        return WeightFiles.isOne(name) && !WeightFiles.isShard(name)
    }

    private static func byteCount(_ folder: String) -> Int {
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
        return names.filter(WeightFiles.isOne).reduce(0) { $0 + size("\(folder)/\($1)") }
    }

    private static func isLink(_ path: String) -> Bool {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
    }

    private static func size(_ path: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: real(path))
        return (attributes?[.size] as? NSNumber)?.intValue ?? 0
    }
}
