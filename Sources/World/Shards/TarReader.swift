import Checkpoints

/// Reads a tar archive member by member, trusting nothing in it.
///
/// Headers are read one at a time and contents only when asked for, so memory does not grow with
/// the archive. Every name stays within the folder, every member lies within the file, and the
/// archive must end as the format says: half a file is never mistaken for a whole one.
package struct TarReader {
    /// A file in the archive.
    package struct Member: Equatable, Sendable {
        /// Relative, without `..`.
        package let name: String
        /// Where its first header starts.
        package let start: Int
        /// Where its content is in the archive.
        package let content: Range<Int>
    }

    /// Most bytes of a member's content.
    package static let largestMember = 1 << 30
    /// Most bytes of a pax header or of a long name.
    static let largestExtension = 1 << 16

    package let file: InputFile
    /// Where the next header is.
    private var position: Int
    private var isAtEnd = false

    /// A reader of an archive.
    ///
    /// - Parameters:
    ///   - file: the archive.
    ///   - position: where to start: 0, or a member's ``Member/start``.
    package init(_ file: InputFile, at position: Int = 0) {
        self.file = file
        self.position = position
    }

    /// The next file; nil after the last. Folders are passed over.
    ///
    /// - Throws: ``ShardError`` naming the byte where the archive goes wrong; `CheckpointError` if
    ///   it cannot be read.
    package mutating func next() throws -> Member? {
        guard !isAtEnd else { return nil }
        // Of the header at work, for the message.
        var offset = position
        do {
            var pending = Pending(start: position)
            while let header = try header() {
                offset = position
                let content = try content(header, size: pending.size)
                position = content.lowerBound + TarHeader.padded(content.count)
                if let member = try pending.take(header, content, extensionBytes) { return member }
                if header.kind == .folder { pending = Pending(start: position) }
                offset = position
            }
            guard pending.isEmpty else {
                throw TarHeader.Fault(expected: "a file after its extended header", found: "none")
            }
            return nil
        } catch let fault as TarHeader.Fault {
            throw ShardError(
                file.path, .tar(offset: offset, expected: fault.expected, found: fault.found))
        }
    }

    /// A member's content.
    ///
    /// - Throws: `CheckpointError` if the file has become shorter.
    package func bytes(of member: Member) throws -> [UInt8] {
        try file.bytes(at: member.content.lowerBound, count: member.content.count)
    }

    /// The header under the position, which stays; nil at the end of the archive.
    private mutating func header() throws -> TarHeader? {
        let block = try self.block()
        guard block.allSatisfy({ $0 == 0 }) else { return try TarHeader(block) }
        position += TarHeader.blockSize
        guard try self.block().allSatisfy({ $0 == 0 }) else {
            throw TarHeader.Fault(expected: "two empty blocks at the end", found: "one")
        }
        // Writers fill up to their own block size; content after the end would be lost silently.
        while position < file.size {
            let count = min(file.size - position, 1 << 16)
            guard try file.bytes(at: position, count: count).allSatisfy({ $0 == 0 }) else {
                throw TarHeader.Fault(expected: "nothing after the end", found: "more bytes")
            }
            position += count
        }
        isAtEnd = true
        return nil
    }

    private func block() throws -> [UInt8] {
        guard file.size - position >= TarHeader.blockSize else {
            throw TarHeader.Fault(
                expected: "a header or two empty blocks", found: "the end of the file")
        }
        return try file.bytes(at: position, count: TarHeader.blockSize)
    }

    /// Where the content of the header under the position lies, padding within the file too.
    private func content(_ header: TarHeader, size: Int?) throws -> Range<Int> {
        let size = header.kind == .file ? size ?? header.size : header.size
        let start = position + TarHeader.blockSize
        guard size <= Self.largestMember else {
            throw TarHeader.Fault(
                expected: "a member of at most \(Self.largestMember) bytes", found: "\(size)")
        }
        guard TarHeader.padded(size) <= file.size - start else {
            throw TarHeader.Fault(
                expected: "\(TarHeader.padded(size)) bytes of content",
                found: "\(file.size - start) before the end of the file")
        }
        return start..<(start + size)
    }

    private func extensionBytes(_ content: Range<Int>) throws -> [UInt8] {
        guard content.count <= Self.largestExtension else {
            throw TarHeader.Fault(
                expected: "an extended header of at most \(Self.largestExtension) bytes",
                found: "\(content.count)")
        }
        return try file.bytes(at: content.lowerBound, count: content.count)
    }
}

/// What is known of the next member from the headers before its own.
private struct Pending {
    /// Where the first of them starts.
    let start: Int
    var name: [UInt8]?
    var size: Int?

    init(start: Int) { self.start = start }

    var isEmpty: Bool { name == nil && size == nil }

    /// Works in a header; the member once it is complete.
    mutating func take(
        _ header: TarHeader, _ content: Range<Int>, _ bytes: (Range<Int>) throws -> [UInt8]
    ) throws -> TarReader.Member? {
        switch header.kind {
        case .records:
            let records = try PaxRecords(bytes(content))
            (name, size) = (records.path ?? name, records.size ?? size)
            return nil
        case .commonRecords:
            let records = try PaxRecords(bytes(content))
            guard records.path == nil, records.size == nil else {
                throw TarHeader.Fault(
                    expected: "each file to have its own name and size", found: "a common one")
            }
            return nil
        case .longName:
            name = Array(try bytes(content).prefix { $0 != 0 })
            return nil
        case .folder, .file:
            let name = name ?? header.name
            if let fault = MemberName.fault(name) {
                throw TarHeader.Fault(expected: "a relative name", found: fault)
            }
            guard header.kind == .file else { return nil }
            return TarReader.Member(
                name: String(decoding: name, as: UTF8.self), start: start, content: content)
        }
    }
}
