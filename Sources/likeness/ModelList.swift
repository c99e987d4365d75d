import ArgumentParser
import Diffusion
import Foundation
import ModelLibrary

/// `likeness model list`: what is on this machine already.
struct ModelList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Models on this machine: what each is, what takes it, its licence.",
        discussion: """
            Looks into Hugging Face's cache and into the trees of --in and $LIKENESS_MODEL_TREES \
            (folders with ':' between): ComfyUI's, with its extra_model_paths.yaml, A1111's, or any \
            folder. Each model is listed once, whatever links lead to it, under the name that its \
            users know; `likeness image` takes these names. Nothing is downloaded, moved or changed.
            """)

    @Option(name: .customLong("in"), help: "A tree of models; repeat for more.")
    var trees: [String] = []

    @Flag(help: "Only what a command here takes.")
    var usable = false

    @Argument(help: "Only models with this in their name or kind.")
    var text: String?

    @OptionGroup var reporting: Reporting

    struct Row: Encodable {
        let name, path, origin, shelf, kind: String
        let flag, refusal, licence: String?
        let byteCount: Int
    }

    func run() throws {
        try reporting.run {
            let library = try StoredModels.library(trees)
            let rows = library.models.map { model -> Row in
                let found = model.description()
                return Row(
                    name: model.name, path: model.path, origin: model.origin.rawValue,
                    shelf: model.shelf, kind: found.kind, flag: found.flag,
                    refusal: found.refusal, licence: found.licence, byteCount: model.byteCount)
            }.filter(isWanted)
            try reporting.result(rows, text: table(rows, library))
        }
    }

    private func isWanted(_ row: Row) -> Bool {
        guard !usable || row.flag != nil else { return false }
        guard let text else { return true }
        return row.name.localizedCaseInsensitiveContains(text)
            || row.kind.localizedCaseInsensitiveContains(text)
    }

    private func table(_ rows: [Row], _ library: ModelLibrary) -> String {
        guard !rows.isEmpty else {
            let places = library.trees.map(\.path).joined(separator: ", ")
            return "no models in \(places.isEmpty ? "any tree" : places)"
        }
        var lines: [String] = []
        let width = min(rows.map(\.name.count).max() ?? 0, 60)
        var shelf: String?
        for row in rows {
            let own = "\(row.origin) \(row.shelf)"
            if own != shelf {
                lines.append("\(shelf == nil ? "" : "\n")\(row.origin), \(row.shelf)")
                shelf = own
            }
            let name = row.name.padding(
                toLength: max(width, row.name.count), withPad: " ", startingAt: 0)
            let use = row.flag ?? row.refusal.map { "not offered: \($0)" } ?? "a part"
            lines.append(
                "  \(name)  \(row.kind)  \(use)  \(Format.bytes(row.byteCount))"
                    + (row.licence.map { "  \($0)" } ?? ""))
        }
        return lines.joined(separator: "\n")
    }
}

/// Models by the names that users of other programs know.
enum StoredModels {
    /// Hugging Face's cache and these trees, and those of `$LIKENESS_MODEL_TREES`.
    static func library(_ trees: [String] = []) throws -> ModelLibrary {
        let named = ProcessInfo.processInfo.environment["LIKENESS_MODEL_TREES"] ?? ""
        let paths = trees + named.split(separator: ":").map(String.init)
        return ModelLibrary(
            try [ModelTree(HuggingFaceCache())] + paths.map { try ModelTree($0) })
    }

    /// The path of what a flag names: the path itself, or a stored model of that name.
    static func path(_ name: String, for flag: String) throws -> String {
        guard !FileManager.default.fileExists(atPath: name) else { return name }
        let found = try library().find(name)
        guard found.count > 1 else { return found.first?.path ?? name }
        var fitting = found.filter { $0.description().flag == flag }
        let exact = fitting.filter { $0.name.lowercased() == name.lowercased() }
        if exact.count == 1 { fitting = exact }
        guard fitting.count == 1 else {
            let places = (fitting.isEmpty ? found : fitting).map(\.path)
            throw CommandError(
                "\(flag) \(name): expected the name of one model, found \(places.count): "
                    + "\(places.joined(separator: ", ")); name its path", code: Failure.badInput)
        }
        return fitting[0].path
    }
}
