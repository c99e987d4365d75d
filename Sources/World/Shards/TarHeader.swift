/// The 512-byte block before each member of a tar archive: POSIX.1-1988 `ustar`.
///
/// Of the extensions only those are read that other writers use for files: pax records
/// (POSIX.1-2001), GNU's long names and its binary sizes. Links, devices and sparse files have no
/// place in a data set and are refused.
struct TarHeader: Equatable {
    static let blockSize = 512

    /// What follows the block.
    enum Kind: Equatable {
        case file, folder
        /// Pax records for the next member, or for all that follow.
        case records, commonRecords
        /// GNU: the next member's name.
        case longName
    }

    /// What is wrong with a block, as ends of a sentence.
    struct Fault: Error {
        let expected: String
        let found: String
    }

    var kind: Kind
    /// As the block holds it, not yet found safe.
    var name: [UInt8]
    /// Bytes that follow, before the padding to whole blocks.
    var size: Int

    /// Bytes that `size` takes up in the archive.
    static func padded(_ size: Int) -> Int { (size + blockSize - 1) / blockSize * blockSize }

    /// The block of a plain file, the same for the same name and size: no time, no owner, mode 0644.
    ///
    /// - Throws: ``Fault`` for a name that is unsafe or longer than 100 bytes, or 8 GiB and more.
    static func block(name: String, size: Int) throws -> [UInt8] {
        let bytes = Array(name.utf8)
        if let fault = MemberName.fault(bytes) {
            throw Fault(expected: "a relative name", found: fault)
        }
        guard bytes.count <= MemberName.longest else {
            throw Fault(
                expected: "a name of at most \(MemberName.longest) bytes",
                found: "one of \(bytes.count)")
        }
        guard (0..<(1 << 33)).contains(size) else {
            throw Fault(expected: "a member of less than 8 GiB", found: "\(size) bytes")
        }
        var block = [UInt8](repeating: 0, count: blockSize)
        func put(_ text: some Collection<UInt8>, at offset: Int) {
            block.replaceSubrange(offset..<(offset + text.count), with: text)
        }
        put(bytes, at: 0)
        put("0000644\u{0}0000000\u{0}0000000\u{0}".utf8, at: Field.mode.lowerBound)
        put(octal(size, digits: 11), at: Field.size.lowerBound)
        put(octal(0, digits: 11), at: Field.time.lowerBound)
        put("0".utf8, at: Field.kind)
        put("ustar\u{0}00".utf8, at: Field.magic.lowerBound)
        put(octal(checksum(block), digits: 6) + "\u{0} ".utf8, at: Field.checksum.lowerBound)
        return block
    }

    /// Reads a block that is not all zeros.
    ///
    /// - Throws: ``Fault``.
    init(_ block: [UInt8]) throws {
        guard try Self.number(block[Field.checksum], "checksum") == Self.checksum(block) else {
            throw Fault(
                expected: "a header with the checksum \(Self.checksum(block))",
                found: "another checksum")
        }
        // GNU tar writes two blanks, and puts other things where POSIX has the name's start.
        let isPOSIX = block[Field.magic].elementsEqual("ustar\u{0}00".utf8)
        guard isPOSIX || block[Field.magic].elementsEqual("ustar  \u{0}".utf8) else {
            throw Fault(expected: "a ustar header", found: "another kind of archive")
        }
        kind = try Self.kind(block[Field.kind])
        name = Array(block[Field.name].prefix { $0 != 0 })
        let start = block[Field.prefix].prefix { $0 != 0 }
        if isPOSIX, !start.isEmpty { name = start + [UInt8(ascii: "/")] + name }
        size = try Self.number(block[Field.size], "size")
        guard kind != .folder || size == 0 else {
            throw Fault(expected: "a folder without content", found: "\(size) bytes")
        }
    }

    private static func kind(_ byte: UInt8) throws -> Kind {
        switch byte {
        case UInt8(ascii: "0"), 0: return .file
        case UInt8(ascii: "5"): return .folder
        case UInt8(ascii: "x"): return .records
        case UInt8(ascii: "g"): return .commonRecords
        case UInt8(ascii: "L"): return .longName
        default:
            let found =
                switch byte {
                case UInt8(ascii: "1"), UInt8(ascii: "2"), UInt8(ascii: "K"): "a link"
                case UInt8(ascii: "3"), UInt8(ascii: "4"), UInt8(ascii: "6"): "a device or pipe"
                case UInt8(ascii: "S"): "a sparse file"
                default: "a member of the unknown type \(byte)"
                }
            throw Fault(expected: "files and folders only", found: found)
        }
    }

    /// A field's number: octal digits between blanks or NULs, or GNU's binary for 8 GiB and more.
    private static func number(_ field: ArraySlice<UInt8>, _ what: String) throws -> Int {
        if field.first == 0x80 {
            var value = 0
            for byte in field.dropFirst() {
                guard value < 1 << 54 else {
                    throw Fault(expected: "a \(what) below 2^62", found: "a larger one")
                }
                value = value << 8 | Int(byte)
            }
            return value
        }
        let blanks: [UInt8] = [0x20, 0]
        let digits = field.drop { $0 == 0x20 }.prefix { !blanks.contains($0) }
        let rest = field[digits.endIndex...]
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x37).contains($0) }),
            rest.allSatisfy(blanks.contains)
        else { throw Fault(expected: "an octal \(what)", found: "something else") }
        // At most 12 digits, so this cannot overflow.
        return digits.reduce(0) { $0 << 3 | Int($1 - 0x30) }
    }

    /// The sum of all bytes, the checksum's own taken as blanks.
    private static func checksum(_ block: [UInt8]) -> Int {
        block.reduce(0) { $0 + Int($1) }
            + block[Field.checksum].reduce(0) { $0 + 0x20 - Int($1) }
    }

    private static func octal(_ value: Int, digits: Int) -> [UInt8] {
        let text = String(value, radix: 8)
        return Array((String(repeating: "0", count: digits - text.utf8.count) + text).utf8)
    }

    /// Where things are in a block.
    private enum Field {
        static let name = 0..<100
        static let mode = 100..<108
        static let size = 124..<136
        static let time = 136..<148
        static let checksum = 148..<156
        static let kind = 156
        static let magic = 257..<265
        static let prefix = 345..<500
    }
}
