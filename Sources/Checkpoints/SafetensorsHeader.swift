import Torch

/// The table of contents of a safetensors file, checked completely before any tensor is read.
///
/// Format: 8 bytes little-endian length N, N bytes of JSON, then the tensors' bytes. Accepts no
/// file that safetensors 0.8.0 refuses, and refuses these that it accepts: a name or metadata key
/// given twice, an entry written as an array, more than 64 dimensions, sizes that torch cannot
/// hold, names that are empty or hold control characters, JSON nested deeper than 64.
/// Whitespace (space, tab, newline, return) around the JSON is allowed, as in the reference:
/// writers pad with it to align the data.
public struct SafetensorsHeader: Sendable {
    /// The tensors, in the order of their bytes.
    public private(set) var entries: [TensorEntry] = []
    /// Free text from `__metadata__`, such as `format: pt`.
    public private(set) var metadata: [String: String] = [:]
    /// Things that are odd but harmless, each a sentence: unknown fields, `__metadata__: null`.
    public private(set) var warnings: [String] = []
    /// Where the tensors' bytes start, in bytes from the start of the file.
    public let dataStart: Int

    /// The most bytes of JSON that the reference reads, and so do we.
    public static let maximumByteCount = 100_000_000

    private let file: String

    /// Reads the length from the first 8 bytes, before anything is allocated for the header.
    ///
    /// - Parameters:
    ///   - prefix: the first 8 bytes, or fewer if the file is shorter.
    ///   - fileSize: bytes in the whole file.
    ///   - file: its name, for errors.
    /// - Returns: bytes of JSON that follow, which fit within the file.
    /// - Throws: ``CheckpointError`` with `headerLength`.
    static func length(prefix: [UInt8], fileSize: Int, file: String) throws -> Int {
        let length = prefix.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard prefix.count >= 8, fileSize >= 8, (2...UInt64(maximumByteCount)).contains(length),
            length <= UInt64(fileSize - 8)
        else { throw CheckpointError(file: file, .headerLength(length, fileSize: fileSize)) }
        return Int(length)
    }

    /// Checks a header.
    ///
    /// - Parameters:
    ///   - json: the N bytes after the length.
    ///   - fileSize: bytes in the whole file, 8 + N + data.
    ///   - file: its name, for errors.
    /// - Throws: ``CheckpointError`` naming the tensor or byte at fault.
    init(json: [UInt8], fileSize: Int, file: String) throws {
        self.file = file
        dataStart = 8 + json.count
        var cursor = JSONCursor(json)
        do {
            try cursor.object { cursor, key in
                if key == "__metadata__" {
                    try readMetadata(&cursor)
                } else {
                    try readEntry(&cursor, name: key)
                }
            }
            try cursor.end()
        } catch let failure as JSONCursor.Failure {
            throw CheckpointError(
                file: file,
                .json(offset: failure.offset, expected: failure.expected, found: failure.found))
        }
        try checkLayout(dataEnd: fileSize)
    }

    private mutating func readMetadata(_ cursor: inout JSONCursor) throws {
        if cursor.peek() == UInt8(ascii: "n") {
            try cursor.word("null")
            warnings.append("__metadata__ is null and was taken as empty")
            return
        }
        try cursor.object { cursor, key in metadata[key] = try cursor.string() }
    }

    /// Reads one `"name": {"dtype": …, "shape": […], "data_offsets": […]}`.
    private mutating func readEntry(_ cursor: inout JSONCursor, name: String) throws {
        try checkTensorName(name, file: file)
        var typeName: String?
        var shape: [Int]?
        var offsets: [Int]?
        try cursor.object { cursor, field in
            switch field {
            case "dtype": typeName = try cursor.string()
            case "shape": shape = try integers(&cursor, of: name, limit: maximumRank)
            case "data_offsets": offsets = try integers(&cursor, of: name, limit: 2)
            default:
                try cursor.skipValue()
                warnings.append("tensor \(quoted(name)) has an unknown field \(quoted(field))")
            }
        }
        guard let typeName, let shape, let offsets else {
            let missing = typeName == nil ? "dtype" : shape == nil ? "shape" : "data_offsets"
            throw failure(name, "the fields dtype, shape and data_offsets", "no \(missing)")
        }
        let dtype = try dtype(typeName, of: name)
        let stored = try storedShape(shape, dtype, of: name)
        guard let byteCount = checkedByteCount(stored, dtype.byteCount) else {
            throw failure(name, "a shape that fits in memory", "\(shape)")
        }
        guard offsets.count == 2, offsets[0] <= offsets[1] else {
            throw failure(name, "data_offsets [start, end] with start <= end", "\(offsets)")
        }
        guard offsets[1] - offsets[0] == byteCount else {
            throw failure(
                name, "\(byteCount) bytes for \(typeName) \(shape)",
                "data_offsets \(offsets), \(offsets[1] - offsets[0]) bytes")
        }
        let (end, overflow) = offsets[1].addingReportingOverflow(dataStart)
        guard !overflow else { throw failure(name, "data_offsets in the file", "\(offsets)") }
        entries.append(
            TensorEntry(
                name: name, dtype: dtype, shape: stored, file: file,
                byteRange: end - byteCount..<end))
    }

    private func integers(
        _ cursor: inout JSONCursor, of name: String, limit: Int
    ) throws -> [Int] {
        var values: [Int] = []
        try cursor.array { cursor in
            let value = try cursor.integer()
            guard values.count < limit else {
                throw failure(name, "at most \(limit) numbers", "more")
            }
            values.append(value)
        }
        return values
    }

    private func dtype(_ typeName: String, of name: String) throws -> DType {
        guard let type = SafetensorsType(rawValue: typeName) else {
            let known = SafetensorsType.allCases.map(\.rawValue).joined(separator: ", ")
            throw failure(name, "a dtype among \(known)", quoted(typeName))
        }
        guard let dtype = type.dtype else {
            throw failure(name, "a dtype that torch has", "\(typeName), a 6-bit float")
        }
        return dtype
    }

    /// A header counts 4-bit floats; torch counts the bytes that hold two.
    private func storedShape(_ shape: [Int], _ dtype: DType, of name: String) throws -> [Int] {
        guard dtype == .float4e2m1fnx2 else { return shape }
        guard let last = shape.last, last.isMultiple(of: 2) else {
            throw failure(name, "an even last dimension, since a byte holds two F4", "\(shape)")
        }
        return shape.dropLast() + [last / 2]
    }

    /// Puts entries in byte order and checks that they tile the data: no overlap, hole or rest.
    private mutating func checkLayout(dataEnd: Int) throws {
        entries.sort {
            let (a, b) = ($0.byteRange ?? 0..<0, $1.byteRange ?? 0..<0)
            return (a.lowerBound, a.upperBound) < (b.lowerBound, b.upperBound)
        }
        var position = dataStart
        for entry in entries {
            guard let range = entry.byteRange, range.lowerBound == position else {
                let start = (entry.byteRange?.lowerBound ?? 0) - dataStart
                throw failure(
                    entry.name,
                    "to start at byte \(position - dataStart) of the data, where the "
                        + "tensor before ends", "a start at byte \(start)")
            }
            position = range.upperBound
        }
        guard position == dataEnd else {
            throw CheckpointError(
                file: file,
                .layout(
                    expected: "\(position - dataStart) bytes of data, as the header promises",
                    found: "\(dataEnd - dataStart)"))
        }
    }

    private func failure(_ name: String, _ expected: String, _ found: String) -> CheckpointError {
        CheckpointError(file: file, .tensor(name: name, expected: expected, found: found))
    }
}

/// A tensor's name: not empty, not `__metadata__`, no control characters (NUL ends strings in C).
func checkTensorName(_ name: String, file: String) throws {
    let controls = name.unicodeScalars.contains { $0.properties.generalCategory == .control }
    guard !name.isEmpty, name != "__metadata__", !controls else {
        throw CheckpointError(
            file: file,
            .tensor(
                name: name, expected: "a name without control characters",
                found: name.isEmpty ? "an empty one" : "this one"))
    }
}
