/// The checksum of zip archives (ISO 3309, polynomial 0xEDB88320, bits reversed).
package struct CRC32 {
    private var state = UInt32.max

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in
            value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
        }
    }

    /// The checksum of no bytes.
    package init() {}

    /// Takes in further bytes.
    ///
    /// - Parameter bytes: the next part.
    package mutating func update(_ bytes: [UInt8]) {
        Self.table.withUnsafeBufferPointer { table in
            for byte in bytes {
                state = table[Int(UInt8(truncatingIfNeeded: state) ^ byte)] ^ state >> 8
            }
        }
    }

    /// The checksum of all bytes so far.
    package var value: UInt32 { ~state }
}
