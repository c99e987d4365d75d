/// The members of a zip archive that `torch.save` wrote.
///
/// Deliberately narrow, so that no two readers can disagree on what a file holds: the central
/// directory is the truth and local headers must repeat it; members are stored, not compressed;
/// they neither overlap nor leave room for anything between them; nothing precedes the first or
/// follows the end record; names are torch's own. Nothing is ever extracted, so names never become
/// paths. Format: PKWARE APPNOTE 6.3, §4.3 and 4.5.
struct ZipDirectory {
    /// A member's bytes.
    struct Member {
        /// Where they lie in the file.
        let range: Range<Int>
        /// CRC-32 of them, as the archive claims.
        let checksum: UInt32
    }

    /// By name, without the folder that all share: `data.pkl`, `data/0`, `byteorder`.
    private(set) var members: [String: Member] = [:]

    /// What the central directory says of a member.
    struct Record {
        var name: String
        var flags: Int
        var checksum: UInt32
        var size: Int
        var headerOffset: Int
    }

    private let input: InputFile

    init(_ input: InputFile) throws {
        self.input = input
        let directory = try Self.locate(input)
        let records = try Self.records(input, directory)
        var folder: Substring?
        var position = 0
        for record in records.sorted(by: { $0.headerOffset < $1.headerOffset }) {
            let slash = record.name.firstIndex(of: "/") ?? record.name.startIndex
            let name = String(record.name[slash...].dropFirst())
            guard Self.isExpected(record.name), Self.isOurs(name) else {
                throw failure(record.name, "only members that torch.save writes", "this one")
            }
            if let folder, folder != record.name[..<slash] {
                throw failure(
                    record.name, "every member in the folder \(quoted("\(folder)"))", "another")
            }
            folder = record.name[..<slash]
            let range = try dataRange(record, notBefore: position, limit: directory.lowerBound)
            let member = Member(range: range, checksum: record.checksum)
            guard members.updateValue(member, forKey: name) == nil else {
                throw failure(record.name, "every name once", "it again")
            }
            position = range.upperBound
        }
        // A data descriptor takes up to 24 bytes, and torch 2.x aligns with padding in headers.
        guard directory.lowerBound - position <= 24 else {
            throw failure("", "the directory right after the last member", "bytes between them")
        }
    }

    func failure(_ member: String, _ expected: String, _ found: String) -> CheckpointError {
        CheckpointError(file: input.path, .zip(member: member, expected: expected, found: found))
    }

    /// Checks one local header against its record; the result is where the member's bytes lie.
    private func dataRange(_ record: Record, notBefore: Int, limit: Int) throws -> Range<Int> {
        let start = record.headerOffset
        guard start >= notBefore, start - notBefore <= 24, notBefore > 0 || start == 0 else {
            throw failure(
                record.name,
                "to start within 24 bytes after \(notBefore), where the one before ends",
                "a start at \(start)")
        }
        guard limit - start >= 30 else {
            throw failure(record.name, "a local header", "the directory")
        }
        let header = LittleEndianBytes(try input.bytes(at: start, count: 30))
        let nameCount = header.integer16(26)
        let extraCount = header.integer16(28)
        let dataStart = start + 30 + nameCount + extraCount
        let (dataEnd, overflow) = dataStart.addingReportingOverflow(record.size)
        guard header.integer32(0) == 0x0403_4B50, !overflow, dataEnd <= limit else {
            throw failure(record.name, "a local header and \(record.size) bytes", "fewer")
        }
        let name = try input.bytes(at: start + 30, count: nameCount)
        // With a descriptor after the data (flag 8), the local sizes and checksum may be 0; they
        // are 2^32-1 when an extra field repeats what the directory already gave us.
        let sizes = [header.integer32(18), header.integer32(22)]
        let hasDescriptor = record.flags & 8 != 0
        let agrees =
            name.elementsEqual(record.name.utf8) && header.integer16(6) == record.flags
            && header.integer16(8) == 0
            && (hasDescriptor && header.integer32(14) == 0
                || header.integer32(14) == Int(record.checksum))
            && sizes.allSatisfy {
                $0 == record.size || hasDescriptor && $0 == 0 || $0 == 0xFFFF_FFFF
            }
        guard agrees else {
            throw failure(record.name, "a local header that repeats the directory", "another")
        }
        return dataStart..<dataEnd
    }

    private static func isExpected(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix("/") && !name.hasPrefix("../") && !name.hasPrefix("./")
            && !name.unicodeScalars.contains { $0.value < 0x20 || $0 == "\\" || $0 == "\u{7F}" }
    }

    /// The names that torch 1.6 to 2.13 write below the archive's folder.
    private static func isOurs(_ name: String) -> Bool {
        switch name {
        case "data.pkl", "version", "byteorder", ".format_version", ".storage_alignment",
            ".data/serialization_id":
            true
        default:
            name.hasPrefix("data/") && (6...25).contains(name.utf8.count)
                && name.utf8.dropFirst(5).allSatisfy { (0x30...0x39).contains($0) }
        }
    }
}

/// Fixed-place little-endian numbers; places are constants within a checked length.
struct LittleEndianBytes {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func integer16(_ at: Int) -> Int { Int(unsigned(at, 2)) }
    func integer32(_ at: Int) -> Int { Int(unsigned(at, 4)) }

    /// Nil if it does not fit: no offset or size in a file is that large.
    func integer64(_ at: Int) -> Int? { Int(exactly: unsigned(at, 8)) }

    private func unsigned(_ at: Int, _ count: Int) -> UInt64 {
        guard at >= 0, at + count <= bytes.count else { return 0 }
        return bytes[at..<at + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
