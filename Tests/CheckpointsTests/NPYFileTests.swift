import Checkpoints
import Foundation
import Testing

@Suite struct NPYFileTests {
    /// `numpy.save`'s bytes for a header and data.
    private func file(_ header: String, _ data: [UInt8], version: UInt8 = 1) -> [UInt8] {
        let text = Array(header.utf8)
        let length: [UInt8] = [UInt8(text.count & 0xFF), UInt8(text.count >> 8)]
        return [0x93] + Array("NUMPY".utf8) + [version, 0] + length
            + (version > 1 ? [0, 0] : []) + text + data
    }

    private func read(_ bytes: [UInt8]) throws -> NumPyArray {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(UUID().uuidString).npy").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return try NPYFile.read(path)
    }

    @Test(arguments: [UInt8(1), 2, 3]) func readsEveryVersion(_ version: UInt8) throws {
        let header = "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }   \n"
        let array = try read(file(header, [1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0], version: version))
        #expect(array.dtype == .int16 && array.shape == [2, 3])
        #expect(try array.tensor().toArray(Int.self) == [1, 2, 3, 4, 5, 6])
    }

    @Test func turnsFortranOrderAndReadsScalars() throws {
        let columns = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }"
        let array = try read(file(columns, [1, 4, 2, 5, 3, 6])).tensor()
        #expect(try array.toArray(Int.self) == [1, 2, 3, 4, 5, 6] && array.isContiguous())
        let scalar = try read(file("{'descr': '|b1', 'fortran_order': False, 'shape': (), }", [1]))
        #expect(scalar.shape.isEmpty && scalar.dtype == .bool)
        let row = try read(
            file("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", [1, 2]))
        #expect(row.shape == [2])
    }

    @Test(arguments: [
        ("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "a description of numbers"),
        ("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", "little-endian"),
        ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "a description of"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "bytes for float32 [-1]"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "bytes for float32 [2]"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (a,), }", "a description of numbers"),
        ("__import__('os')", "a description of numbers"),
    ]) func refuses(_ header: String, _ says: String) throws {
        let error = #expect(throws: CheckpointError.self) {
            try read(file(header, [0, 0, 0, 0]))
        }
        #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
    }

    @Test func refusesShortAndOtherFiles() throws {
        for bytes in [[UInt8]](arrayLiteral: [0x93] + Array("NUMPY".utf8), Array("text".utf8), []) {
            #expect(throws: CheckpointError.self) { try read(bytes) }
        }
        var long = file("{}", [])
        long[8] = 0xFF
        #expect(throws: CheckpointError.self) { try read(long) }
    }
}
