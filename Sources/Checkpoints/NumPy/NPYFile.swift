import Torch

/// Reads .npy files, formats 1 to 3 (NumPy's `numpy.lib.format`).
package enum NPYFile {
    /// A file's array.
    ///
    /// - Throws: ``CheckpointError`` for a file that is none, or that holds Python objects, records
    ///   or big-endian numbers.
    package static func read(_ path: String) throws -> NumPyArray {
        let input = try InputFile(path)
        let format = try input.format()
        guard format == .numpy else {
            throw CheckpointError(file: path, .format(expected: "a NumPy .npy file", found: format))
        }
        func failure(_ expected: String, _ found: String) -> CheckpointError {
            CheckpointError(file: path, .layout(expected: expected, found: found))
        }
        // \x93NUMPY, two bytes of version, then the header's length in 2 bytes, or 4 from version 2.
        let start = try input.bytes(at: 0, count: min(12, input.size))
        let width = start.count > 6 && start[6] > 1 ? 4 : 2
        guard start.count >= 8 + width, (1...3).contains(start[6]) else {
            throw failure("a .npy file of version 1 to 3", "another")
        }
        let length = start[8..<8 + width].reversed().reduce(0) { $0 << 8 | Int($1) }
        let data = 8 + width + length
        guard length <= 65_536, data <= input.size else {
            throw failure("a header within the file", "one of \(length) bytes")
        }
        let text = String(
            decoding: try input.bytes(at: 8 + width, count: length), as: UTF8.self)
        guard let header = NPYHeader(text) else {
            throw failure("a description of numbers, little-endian", quoted(text))
        }
        let array = NumPyArray(
            dtype: header.dtype, shape: header.shape, isFortran: header.isFortran,
            bytes: try input.bytes(at: data, count: input.size - data))
        guard let array else {
            throw failure(
                "bytes for \(header.dtype) \(header.shape)", "\(input.size - data) bytes of data")
        }
        return array
    }
}

/// What a .npy file says of its array, as the text of a Python dictionary:
/// `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`.
struct NPYHeader {
    let dtype: DType
    let shape: [Int]
    let isFortran: Bool

    /// Nil for anything but the three keys, each with a value as NumPy itself writes it.
    init?(_ text: String) {
        func value(_ key: String) -> Substring? {
            guard let start = text.firstRange(of: "'\(key)':") else { return nil }
            return text[start.upperBound...].drop { $0 == " " }
        }
        guard let description = value("descr"), description.first == "'",
            let order = value("fortran_order"), let sizes = value("shape"), sizes.first == "(",
            let end = sizes.firstIndex(of: ")")
        else { return nil }
        let code = description.dropFirst().prefix { $0 != "'" }
        guard NumPyArray.isLittleEndian(code.prefix(1)),
            let dtype = NumPyArray.dtype(code.dropFirst()),
            order.hasPrefix("True") || order.hasPrefix("False")
        else { return nil }
        var shape: [Int] = []
        for size in sizes[..<end].dropFirst().split(separator: ",") {
            let digits = size.filter { $0 != " " }
            if digits.isEmpty { continue }
            guard let size = Int(digits) else { return nil }
            shape.append(size)
        }
        (self.dtype, self.shape, isFortran) = (dtype, shape, order.hasPrefix("True"))
    }
}
