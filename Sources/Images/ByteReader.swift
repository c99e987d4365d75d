/// Reads numbers from a stretch of bytes that nobody vouches for: every read is checked, none traps.
///
/// Offsets are relative to the stretch, not to the array underneath.
package struct ByteReader: Sendable {
    /// Which end of a number comes first.
    package enum Order: Sendable { case big, little }

    private let storage: [UInt8]
    private let range: Range<Int>
    /// Byte order of the numbers.
    package var order: Order

    /// Number of bytes in the stretch.
    package var count: Int { range.count }

    /// Reads all of `bytes`.
    package init(_ bytes: [UInt8], order: Order = .big) {
        storage = bytes
        range = 0..<bytes.count
        self.order = order
    }

    private init(storage: [UInt8], range: Range<Int>, order: Order) {
        self.storage = storage
        self.range = range
        self.order = order
    }

    /// The `length` bytes at `offset` as a reader of its own, or nil when they leave the stretch.
    package func slice(_ offset: Int, _ length: Int) -> ByteReader? {
        guard offset >= 0, length >= 0, offset <= count, length <= count - offset else {
            return nil
        }
        let start = range.lowerBound + offset
        return ByteReader(storage: storage, range: start..<(start + length), order: order)
    }

    /// Everything from `offset` on.
    package func suffix(from offset: Int) -> ByteReader? { slice(offset, count - offset) }

    /// The bytes themselves.
    package var bytes: ArraySlice<UInt8> { storage[range] }

    /// One byte.
    package func u8(_ offset: Int) -> Int? { number(offset, 1) }
    /// Two bytes, unsigned.
    package func u16(_ offset: Int) -> Int? { number(offset, 2) }
    /// Three bytes, unsigned.
    package func u24(_ offset: Int) -> Int? { number(offset, 3) }
    /// Four bytes, unsigned.
    package func u32(_ offset: Int) -> Int? { number(offset, 4) }

    /// Four characters, such as a chunk's type; nil unless they are printable ASCII.
    package func fourCC(_ offset: Int) -> String? {
        guard let four = slice(offset, 4), four.bytes.allSatisfy({ (0x20...0x7E).contains($0) })
        else { return nil }
        return String(decoding: four.bytes, as: UTF8.self)
    }

    /// Whether these bytes stand at `offset`.
    package func has(_ text: String, at offset: Int) -> Bool {
        guard let found = slice(offset, text.utf8.count) else { return false }
        return found.bytes.elementsEqual(text.utf8)
    }

    private func number(_ offset: Int, _ length: Int) -> Int? {
        guard let bytes = slice(offset, length)?.bytes else { return nil }
        return switch order {
        case .big: bytes.reduce(0) { $0 << 8 | Int($1) }
        case .little: bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
        }
    }
}

/// Appends numbers to bytes.
extension [UInt8] {
    mutating func append(_ value: Int, bytes: Int, order: ByteReader.Order) {
        for i in 0..<bytes {
            let shift = 8 * (order == .big ? bytes - 1 - i : i)
            append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}
