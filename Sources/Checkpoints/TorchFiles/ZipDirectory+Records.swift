extension ZipDirectory {
    /// Finds the central directory through the end records, which must be the file's last bytes.
    static func locate(_ input: InputFile) throws -> Range<Int> {
        func failure(_ expected: String, _ found: String) -> CheckpointError {
            CheckpointError(file: input.path, .zip(member: "", expected: expected, found: found))
        }
        guard input.size >= 22 else { throw failure("an end record", "a file too short for one") }
        let end = input.size - 22
        let record = LittleEndianBytes(try input.bytes(at: end, count: 22))
        // A comment would let a second end record hide in it, which other readers might prefer.
        guard record.integer32(0) == 0x0605_4B50, record.integer16(20) == 0 else {
            throw failure("an end record without a comment at the end", "something else")
        }
        guard record.integer16(4) == 0, record.integer16(6) == 0,
            record.integer16(8) == record.integer16(10)
        else { throw failure("one volume", "several") }
        var count = record.integer16(10)
        var size = record.integer32(12)
        var start = record.integer32(16)
        var directoryEnd = end
        let locator = LittleEndianBytes(
            end >= 76 ? try input.bytes(at: end - 20, count: 20) : [])
        if locator.integer32(0) == 0x0706_4B50 {
            let wide = LittleEndianBytes(try input.bytes(at: end - 76, count: 56))
            guard locator.integer64(8) == end - 76, locator.integer32(4) == 0,
                locator.integer32(16) <= 1, wide.integer32(0) == 0x0606_4B50,
                wide.integer64(4) == 44, wide.integer32(16) == 0, wide.integer32(20) == 0,
                let wideCount = wide.integer64(32), wide.integer64(24) == wideCount,
                let wideSize = wide.integer64(40), let wideStart = wide.integer64(48),
                count == wideCount || count == 0xFFFF, size == wideSize || size == 0xFFFF_FFFF,
                start == wideStart || start == 0xFFFF_FFFF
            else { throw failure("zip64 records that agree with the end record", "others") }
            (count, size, start, directoryEnd) = (wideCount, wideSize, wideStart, end - 76)
        }
        let (sum, overflow) = start.addingReportingOverflow(size)
        guard !overflow, sum == directoryEnd, count <= size / 46, count > 0 else {
            throw failure("a directory right before the end record", "one that lies elsewhere")
        }
        guard size <= 100_000_000 else {
            throw CheckpointError(
                file: input.path,
                .tooMany("bytes of zip directory", found: size, limit: 100_000_000))
        }
        return start..<directoryEnd
    }

    /// Reads the whole directory.
    static func records(_ input: InputFile, _ directory: Range<Int>) throws -> [Record] {
        let bytes = try input.bytes(at: directory.lowerBound, count: directory.count)
        func failure(_ name: String, _ expected: String, _ found: String) -> CheckpointError {
            CheckpointError(file: input.path, .zip(member: name, expected: expected, found: found))
        }
        var records: [Record] = []
        var position = 0
        while position < bytes.count {
            guard bytes.count - position >= 46 else {
                throw failure("", "whole records in the directory", "a part of one")
            }
            let header = LittleEndianBytes(Array(bytes[position..<position + 46]))
            let nameEnd = position + 46 + header.integer16(28)
            let extraEnd = nameEnd + header.integer16(30)
            guard header.integer32(0) == 0x0201_4B50, header.integer16(32) == 0,
                extraEnd <= bytes.count
            else { throw failure("", "whole records in the directory", "something else") }
            guard
                let name = String(validating: bytes[position + 46..<nameEnd], as: UTF8.self)
            else { throw failure("", "names in UTF-8", "one that is not") }
            let method = header.integer16(10)
            guard method == 0 else {
                throw failure(name, "stored bytes", "compression method \(method)")
            }
            // Bit 3: sizes follow the data. Bit 11: the name is UTF-8. Bit 0 would be encryption.
            let flags = header.integer16(8)
            guard flags & ~0x808 == 0 else {
                throw failure(
                    name, "no encryption or patches", "flags 0x\(String(flags, radix: 16))")
            }
            let extra = Array(bytes[nameEnd..<extraEnd])
            let wide = wideNumbers(
                extra, of: [header.integer32(24), header.integer32(20), header.integer32(42)])
            guard let wide, wide[0] == wide[1] else {
                throw failure(name, "equal sizes before and after storing", "others")
            }
            records.append(
                Record(
                    name: name, flags: flags, checksum: UInt32(header.integer32(16)),
                    size: wide[0], headerOffset: wide[2]))
            position = extraEnd
        }
        return records
    }

    /// Replaces numbers that do not fit in 32 bits by those of the zip64 field (number 1).
    private static func wideNumbers(_ extra: [UInt8], of narrow: [Int]) -> [Int]? {
        var result = narrow
        var field: LittleEndianBytes?
        var position = 0
        while position + 4 <= extra.count {
            let head = LittleEndianBytes(Array(extra[position..<position + 4]))
            let end = position + 4 + head.integer16(2)
            guard end <= extra.count else { return nil }
            if head.integer16(0) == 1 {
                guard field == nil else { return nil }
                field = LittleEndianBytes(Array(extra[position + 4..<end]))
            }
            position = end
        }
        var at = 0
        for k in narrow.indices where narrow[k] == 0xFFFF_FFFF {
            guard let field, at + 8 <= field.bytes.count, let value = field.integer64(at) else {
                return nil
            }
            result[k] = value
            at += 8
        }
        return result
    }
}
