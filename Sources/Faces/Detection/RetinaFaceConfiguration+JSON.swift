import Checkpoints

/// The words of `config.json`:
///
/// ```json
/// {
///   "_class_name": "RetinaFace", "body": "MobileNet", "widths": [8, 16, 32, 64, 128, 256],
///   "blocks": [6, 2], "channels": 64, "min_sizes": [[16, 32], [64, 128], [256, 512]]
/// }
/// ```
///
/// or `"body": "ResNet"` with four `widths` and four `blocks`. `min_sizes` may be absent.
extension RetinaFaceConfiguration {
    private static let widths = 1...8192

    /// Reads a file.
    ///
    /// - Parameter path: a detector's `config.json`.
    /// - Throws: ``FaceError/configuration(file:problems:)`` with every missing, impossible and
    ///   unknown key; `CheckpointError` if the file cannot be read.
    public init(path: String) throws { try self.init(NetworkSettings(path: path)) }

    /// Reads a value; `path` names it in messages.
    package init(_ json: JSONValue, path: String) throws {
        try self.init(NetworkSettings(json, path: path))
    }

    private init(_ settings: NetworkSettings) throws {
        var settings = settings
        _ = try settings.className(oneOf: ["RetinaFace"])
        func lists(_ widths: Int, _ blocks: Int) -> (widths: [Int], blocks: [Int]) {
            (
                settings.integers("widths", count: widths, in: Self.widths, default: nil),
                settings.integers("blocks", count: blocks, in: 1...1000, default: nil)
            )
        }
        switch settings.word("body", oneOf: ["MobileNet", "ResNet"]) {
        case "MobileNet":
            let sizes = lists(6, 2)
            body = .mobileNet(widths: sizes.widths, blocks: sizes.blocks)
        default:
            let sizes = lists(4, 4)
            body = .resNet(widths: sizes.widths, blocks: sizes.blocks)
        }
        channels = settings.integer("channels", in: Self.widths, default: nil)
        if !channels.isMultiple(of: 4) {
            settings.report("channels: expected a multiple of 4, found \(channels)")
        }
        minSizes = settings.lists(
            "min_sizes", count: 3, in: 1...65536, default: Self.publishedSizes)
        try settings.finish()
    }

    /// The configuration as a value.
    package var json: JSONValue {
        func list(_ numbers: [Int]) -> JSONValue { .array(numbers.map { .number("\($0)") }) }
        var members: [String: JSONValue] = [
            "_class_name": .string("RetinaFace"), "channels": .number("\(channels)"),
            "min_sizes": .array(minSizes.map(list)),
        ]
        switch body {
        case .mobileNet(let widths, let blocks):
            members["body"] = .string("MobileNet")
            members["widths"] = list(widths)
            members["blocks"] = list(blocks)
        case .resNet(let widths, let blocks):
            members["body"] = .string("ResNet")
            members["widths"] = list(widths)
            members["blocks"] = list(blocks)
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
