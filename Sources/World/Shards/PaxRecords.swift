/// The records of a pax header that change how the next member is read (POSIX.1-2001, `pax`).
///
/// Each record is `LENGTH key=value\n`, its length counted with itself. Times, owners and comments
/// are passed over.
struct PaxRecords {
    var path: [UInt8]?
    var size: Int?

    /// Reads the content of a pax header.
    ///
    /// - Throws: ``TarHeader/Fault``.
    init(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let digits = rest.prefix { $0 != UInt8(ascii: " ") }
            guard digits.count < 8, let length = Self.number(digits),
                length > digits.count + 1, length <= rest.count,
                rest[rest.startIndex + length - 1] == UInt8(ascii: "\n")
            else { throw Self.fault("a record that is cut or miscounted") }
            let record = rest.prefix(length - 1).dropFirst(digits.count + 1)
            guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else {
                throw Self.fault("a record without =")
            }
            try take(String(decoding: record[..<equals], as: UTF8.self), record[(equals + 1)...])
            rest = rest.dropFirst(length)
        }
    }

    private mutating func take(_ key: String, _ value: ArraySlice<UInt8>) throws {
        switch key {
        case "path": path = Array(value)
        case "size":
            guard let number = Self.number(value) else { throw Self.fault("a size of no number") }
            size = number
        case _ where key.hasPrefix("GNU.sparse."):
            throw TarHeader.Fault(expected: "files and folders only", found: "a sparse file")
        default: break
        }
    }

    /// A decimal number of at most 18 digits.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.count <= 18,
            digits.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func fault(_ found: String) -> TarHeader.Fault {
        TarHeader.Fault(expected: "pax records", found: found)
    }
}
