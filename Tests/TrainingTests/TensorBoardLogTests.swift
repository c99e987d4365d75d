import Foundation
import TestSupport
import Testing
import Training

@Suite struct TensorBoardLogTests {
    @Test func recordsAreFramedAsTFRecord() throws {
        try withTemporaryFolder { folder in
            let log = try TensorBoardLog(folder: folder, from: 0, time: 1_700_000_000)
            try log.scalars(["loss": 0.5], step: 3, time: 1_700_000_001)
            let name = try #require(
                FileManager.default.contentsOfDirectory(atPath: folder).first)
            #expect(name.hasPrefix("events.out.tfevents.1700000000"))
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
            // Each record: 8 bytes of length, 4 of its checksum, the message, 4 of its checksum.
            var position = 0
            var records: [[UInt8]] = []
            while position < bytes.count {
                let length = bytes[position..<position + 8].reversed().reduce(0) {
                    $0 << 8 | Int($1)
                }
                records.append(Array(bytes[position + 12..<position + 12 + length]))
                position += 12 + length + 4
            }
            #expect(position == bytes.count)
            #expect(records.count == 2)
            #expect(String(decoding: records[0], as: UTF8.self).contains("brain.Event:2"))
            #expect(String(decoding: records[1], as: UTF8.self).contains("loss"))
        }
    }

    @Test func checksumsAreCastagnolis() {
        // The check value of CRC-32C for "123456789".
        #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
    }
}
