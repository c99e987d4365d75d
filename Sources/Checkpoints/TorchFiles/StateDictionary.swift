/// A model's weights, found within what was saved.
///
/// Training scripts wrap weights in their own ways. In this order: if the root has `state_dict`,
/// `model_state_dict`, `params_ema` or `params` that holds a tensor, the first such is taken (for
/// BasicSR files that prefers the averaged weights); nested dictionaries become names with dots;
/// and `module.`, which DataParallel puts before every name, is dropped if every name has it.
public struct StateDictionary: Sendable {
    /// Names and tensors, in file order.
    public let tensors: [(name: String, tensor: TorchTensor)]

    /// Keys under which weights are looked for, best first.
    public static let wrappers = ["state_dict", "model_state_dict", "params_ema", "params"]

    /// Picks the weights out of a file's contents.
    ///
    /// - Parameters:
    ///   - root: what the file holds.
    ///   - file: its name, for errors.
    /// - Throws: ``CheckpointError`` if two tensors get one name.
    public init(_ root: TorchValue, file: String) throws {
        var found: [(name: String, tensor: TorchTensor)] = []
        for wrapper in Self.wrappers where found.isEmpty {
            if let inner = root[wrapper], case .dictionary = inner {
                found = try Self.flatten(inner, file: file)
            }
        }
        if found.isEmpty { found = try Self.flatten(root, file: file) }
        let prefix = "module."
        if found.allSatisfy({ $0.name.hasPrefix(prefix) }) {
            found = found.map { (String($0.name.dropFirst(prefix.count)), $0.tensor) }
        }
        tensors = found
    }

    /// Every tensor below a value, with its path: keys and list places joined by dots.
    static func flatten(
        _ value: TorchValue, file: String
    ) throws -> [(name: String, tensor: TorchTensor)] {
        var result: [(name: String, tensor: TorchTensor)] = []
        // Depth is bounded: the pickle machine refuses deeper trees.
        func visit(_ value: TorchValue, _ path: String) {
            switch value {
            case .tensor(let tensor): result.append((path, tensor))
            case .dictionary(let members):
                for member in members { visit(member.value, join(path, member.key)) }
            case .list(let items):
                for (k, item) in items.enumerated() { visit(item, join(path, String(k))) }
            default: break
            }
        }
        func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
        visit(value, "")
        var seen = Set<String>()
        for (name, _) in result where !seen.insert(name).inserted {
            throw CheckpointError(
                file: file,
                .tensor(name: name, expected: "every name once", found: "two tensors so named"))
        }
        return result
    }
}
