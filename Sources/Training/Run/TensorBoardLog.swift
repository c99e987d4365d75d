import Foundation

/// An event file as TensorBoard reads it: scalars and pictures by step.
///
/// Records are TFRecord's (length, masked CRC-32C of it, data, masked CRC-32C of that); the data
/// are `tensorflow.Event` messages in protocol buffers' wire format. A run that goes on starts a
/// new file whose first record tells TensorBoard to forget what came after that step.
public final class TensorBoardLog {
    private let path: String
    private let handle: FileHandle

    /// Starts an event file in a folder.
    ///
    /// - Parameters:
    ///   - folder: an existing one.
    ///   - step: the first step to come; later ones in older files are forgotten.
    ///   - time: seconds since 1970, which also names the file.
    /// - Throws: ``TrainingError`` if the file cannot be made.
    public init(folder: String, from step: Int, time: Double) throws {
        let name = "events.out.tfevents.\(Int(time)).likeness.\(step)"
        let path = "\(folder)/\(name)"
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw TrainingError("\(path): could not make the event file.") }
        (self.path, self.handle) = (path, handle)
        try write { event in
            event.double(1, time)
            event.string(3, "brain.Event:2")
        }
        if step > 0 {
            try write { event in
                event.double(1, time)
                event.integer(2, step)
                event.message(7) { $0.integer(1, 1) }  // SessionLog: START
            }
        }
    }

    deinit { try? handle.close() }

    /// Writes scalars by name.
    public func scalars(_ values: [String: Double], step: Int, time: Double) throws {
        try write { event in
            event.double(1, time)
            event.integer(2, step)
            event.message(5) { summary in
                for (tag, value) in values.sorted(by: { $0.key < $1.key }) {
                    summary.message(1) {
                        $0.string(1, tag)
                        $0.float(2, Float(value))
                    }
                }
            }
        }
    }

    /// Writes a picture, encoded as PNG or JPEG.
    public func picture(
        _ tag: String, _ encoded: [UInt8], width: Int, height: Int, step: Int, time: Double
    ) throws {
        try write { event in
            event.double(1, time)
            event.integer(2, step)
            event.message(5) { summary in
                summary.message(1) { value in
                    value.string(1, tag)
                    value.message(4) {
                        $0.integer(1, height)
                        $0.integer(2, width)
                        $0.integer(3, 3)
                        $0.bytes(4, encoded)
                    }
                }
            }
        }
    }

    private func write(_ fill: (inout WireMessage) -> Void) throws {
        var event = WireMessage()
        fill(&event)
        var length = withUnsafeBytes(of: UInt64(event.bytes.count).littleEndian) { Array($0) }
        length += CRC32C.masked(length)
        let record = Data(length + event.bytes + CRC32C.masked(event.bytes))
        do { try handle.write(contentsOf: record) } catch {
            throw TrainingError(
                "\(path): could not write it: \(error.localizedDescription)")
        }
    }
}

/// A protocol buffers message, field by field.
struct WireMessage {
    private(set) var bytes: [UInt8] = []

    mutating func integer(_ field: Int, _ value: Int) {
        varint(UInt64(field) << 3)
        varint(UInt64(bitPattern: Int64(value)))
    }

    mutating func double(_ field: Int, _ value: Double) {
        varint(UInt64(field) << 3 | 1)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
    }

    mutating func float(_ field: Int, _ value: Float) {
        varint(UInt64(field) << 3 | 5)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
    }

    mutating func string(_ field: Int, _ value: String) { self.bytes(field, Array(value.utf8)) }

    mutating func bytes(_ field: Int, _ value: [UInt8]) {
        varint(UInt64(field) << 3 | 2)
        varint(UInt64(value.count))
        bytes += value
    }

    mutating func message(_ field: Int, _ fill: (inout WireMessage) -> Void) {
        var inner = WireMessage()
        fill(&inner)
        bytes(field, inner.bytes)
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest > 0x7F {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

/// Castagnoli's CRC, as TFRecord masks it.
package enum CRC32C {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
    }

    package static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { crc, byte in
            table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ crc >> 8
        }
    }

    static func masked(_ bytes: [UInt8]) -> [UInt8] {
        let crc = checksum(bytes)
        let mixed = (crc >> 15 | crc << 17) &+ 0xA282_EAD8
        return withUnsafeBytes(of: mixed.littleEndian) { Array($0) }
    }
}
