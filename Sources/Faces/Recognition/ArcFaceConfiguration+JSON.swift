import Checkpoints

/// The words of `config.json`:
///
/// ```json
/// {
///   "_class_name": "IResNet", "layers": [3, 4, 14, 3], "planes": [64, 128, 256, 512], "stem": 64,
///   "embedding_size": 512, "input_size": 112, "dropout": 0
/// }
/// ```
///
/// or `"_class_name": "MobileFaceNet"` with `blocks`, `width` and `scale`. Keys other than `layers`
/// and `blocks` may be absent and then mean the published sizes.
extension ArcFaceConfiguration {
    private static let names = ["IResNet", "MobileFaceNet"]
    private static let widths = 1...8192

    /// Reads a file.
    ///
    /// - Parameter path: a recogniser's `config.json`.
    /// - Throws: ``FaceError/configuration(file:problems:)`` with every missing, impossible and
    ///   unknown key; `CheckpointError` if the file cannot be read.
    public init(path: String) throws { try self.init(NetworkSettings(path: path)) }

    /// Reads a value; `path` names it in messages.
    package init(_ json: JSONValue, path: String) throws {
        try self.init(NetworkSettings(json, path: path))
    }

    private init(_ settings: NetworkSettings) throws {
        var settings = settings
        switch try settings.className(oneOf: Self.names) {
        case "IResNet":
            network = .iResNet(
                layers: settings.integers("layers", count: 4, in: 1...1000, default: nil),
                planes: settings.integers(
                    "planes", count: 4, in: Self.widths, default: [64, 128, 256, 512]),
                stem: settings.integer("stem", in: Self.widths, default: 64))
        default:
            network = .mobileFaceNet(
                blocks: settings.integers("blocks", count: 4, in: 1...1000, default: nil),
                width: settings.integer("width", in: Self.widths, default: 64),
                scale: settings.integer("scale", in: 1...64, default: 2))
        }
        embeddingSize = settings.integer("embedding_size", in: 1...65536, default: 512)
        inputSize = settings.integer("input_size", in: 16...4096, default: 112)
        dropout = settings.number("dropout", in: 0..<1, default: 0)
        try settings.finish()
    }

    /// The configuration as a value.
    package var json: JSONValue {
        func list(_ numbers: [Int]) -> JSONValue { .array(numbers.map { .number("\($0)") }) }
        var members: [String: JSONValue] = [
            "embedding_size": .number("\(embeddingSize)"), "input_size": .number("\(inputSize)"),
            "dropout": .number("\(dropout)"),
        ]
        switch network {
        case .iResNet(let layers, let planes, let stem):
            members["_class_name"] = .string(Self.names[0])
            members["layers"] = list(layers)
            members["planes"] = list(planes)
            members["stem"] = .number("\(stem)")
        case .mobileFaceNet(let blocks, let width, let scale):
            members["_class_name"] = .string(Self.names[1])
            members["blocks"] = list(blocks)
            members["width"] = .number("\(width)")
            members["scale"] = .number("\(scale)")
        }
        return .object(members)
    }

    /// The content of its `config.json`.
    public var text: String { json.text + "\n" }

    /// Writes a `config.json`, atomically.
    ///
    /// - Parameter path: the file to create or replace.
    /// - Throws: `CheckpointError`.
    public func save(to path: String) throws { try AtomicFile.write(Array(text.utf8), to: path) }
}
