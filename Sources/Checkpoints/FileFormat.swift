/// What a file's first bytes say it is. Extensions are never asked: weights come disguised.
public enum FileFormat: String, Sendable, CaseIterable {
    /// Eight bytes of length, then a JSON object.
    case safetensors
    /// A zip archive, as torch 1.6 and later write.
    case zip
    /// A row of pickles, as torch wrote before 1.6.
    case torchLegacy
    /// A Python pickle that `torch.save` did not write.
    case pickle
    /// A JSON document, perhaps a shard index.
    case json
    /// Other formats, recognised only to say so.
    case empty, gzip, sevenZip, hdf5, gguf, onnx, tar, numpy, zstandard, xz, html, gitLFS, text
    /// None of the above.
    case unknown

    /// Looks at the first 512 bytes.
    ///
    /// - Parameters:
    ///   - prefix: the first bytes of the file, 512 of them or all there are.
    ///   - fileSize: the file's size in bytes.
    public init(prefix: [UInt8], fileSize: Int) {
        if prefix.isEmpty {
            self = .empty
        } else if Self.looksLikeSafetensors(prefix, fileSize: fileSize) {
            // First: a header of 640 bytes, say, begins like a pickle (80 02), and no other format
            // has a small number in its first eight bytes and a brace behind them.
            self = .safetensors
        } else if let match = Self.magic.first(where: { prefix.starts(with: $0.bytes) }) {
            self = match.format
        } else if prefix.count >= 2, prefix[0] == 0x80, (2...5).contains(prefix[1]) {
            // Protocols 4 and 5 put a frame opcode of 9 bytes before the magic number.
            let starts = [2, 11].filter { $0 + Self.legacyMagic.count <= prefix.count }
            let isTorch = starts.contains { prefix[$0...].starts(with: Self.legacyMagic) }
            self = isTorch ? .torchLegacy : .pickle
        } else {
            self = Self.byContent(prefix)
        }
    }

    /// What the first bytes of a file say it is.
    ///
    /// - Throws: ``CheckpointError`` if the file cannot be read.
    package init(of path: String) throws { self = try InputFile(path).format() }

    private static let magic: [(bytes: [UInt8], format: FileFormat)] = [
        (Array("PK".utf8) + [3, 4], .zip), (Array("PK".utf8) + [5, 6], .zip),
        ([0x1F, 0x8B], .gzip),
        (Array("7z".utf8) + [0xBC, 0xAF, 0x27, 0x1C], .sevenZip),
        ([0x89] + Array("HDF\r\n".utf8) + [0x1A, 0x0A], .hdf5), (Array("GGUF".utf8), .gguf),
        ([0x93] + Array("NUMPY".utf8), .numpy), ([0x28, 0xB5, 0x2F, 0xFD], .zstandard),
        ([0xFD] + Array("7zXZ".utf8) + [0], .xz),
        (Array("version https://git-lfs.github.com/".utf8), .gitLFS),
    ]

    /// LONG1, 10 bytes, 0x1950a86a20f9469cfc6c little-endian: the first pickle of a legacy file.
    private static let legacyMagic: [UInt8] = [
        0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
    ]

    private static func looksLikeSafetensors(_ prefix: [UInt8], fileSize: Int) -> Bool {
        guard prefix.count >= 10 else { return false }
        let length = prefix[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(SafetensorsHeader.maximumByteCount), length < UInt64(fileSize) else {
            return false
        }
        return prefix[8...].first { !JSONCursor.isWhitespace($0) } == UInt8(ascii: "{")
    }

    /// Formats without magic bytes at their start.
    private static func byContent(_ prefix: [UInt8]) -> FileFormat {
        if prefix.count > 262, prefix[257..<262].elementsEqual(Array("ustar".utf8)) { return .tar }
        // Protobuf field 1 (IR version, small), then field 2 (producer) or an import.
        if prefix.count > 3, prefix[0] == 0x08, (1...20).contains(prefix[1]),
            [0x12, 0x1A, 0x3A, 0x42].contains(prefix[2])
        {
            return .onnx
        }
        guard !prefix.contains(where: { $0 < 9 || (14..<32).contains($0) }) else { return .unknown }
        let text = String(decoding: prefix, as: UTF8.self).drop { $0.isWhitespace }
        if text.hasPrefix("<") { return .html }
        if text.hasPrefix("{") { return .json }
        return prefix.allSatisfy { $0 < 0x80 } ? .text : .unknown
    }
}

extension FileFormat {
    /// What the file is, after "found".
    var phrase: String {
        switch self {
        case .safetensors: "a safetensors file"
        case .zip: "a zip archive (torch 1.6 or later, or another zip)"
        case .torchLegacy: "a torch file of before version 1.6"
        case .pickle: "a Python pickle that torch.save did not write"
        case .json: "a JSON document"
        case .empty: "an empty file"
        case .gzip: "gzip-compressed data"
        case .sevenZip: "a 7z archive"
        case .hdf5: "an HDF5 file (Keras)"
        case .gguf: "a GGUF file (llama.cpp)"
        case .onnx: "what looks like an ONNX model"
        case .tar: "a tar archive"
        case .numpy: "a NumPy array file"
        case .zstandard: "zstandard-compressed data"
        case .xz: "xz-compressed data"
        case .html: "a web page"
        case .gitLFS: "a git-lfs pointer, not the weights themselves"
        case .text: "plain text"
        case .unknown: "data of no known format"
        }
    }

    /// What to try.
    var advice: String {
        switch self {
        case .safetensors, .zip, .torchLegacy: "open it as what it is, whatever its extension"
        case .pickle: "convert it to safetensors in Python, where you trust the file"
        case .json: "name the weight file, or an index with a weight_map"
        case .empty: "fetch it again"
        case .gzip, .sevenZip, .tar, .zstandard, .xz: "unpack it yourself first"
        case .hdf5, .gguf, .onnx, .numpy: "convert it to safetensors first"
        case .html: "the download link answered with a page; fetch the file itself"
        case .gitLFS: "run `git lfs pull` in that folder"
        case .text, .unknown: "weights are read from safetensors and torch files only"
        }
    }
}
