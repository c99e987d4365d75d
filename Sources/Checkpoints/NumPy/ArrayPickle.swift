import Torch

/// A pickled dictionary of arrays, such as the files of body and face models, read without Python.
///
/// NumPy's arrays, chumpy's arrays (what they hold) and SciPy's sparse matrices by columns (made
/// dense) can be rebuilt, and nothing else: a file that names any other Python object is refused.
/// Entries that are no arrays are left out.
package struct ArrayPickle {
    /// The file.
    package let path: String
    /// By key.
    package let arrays: [String: NumPyArray]

    /// Reads a file whole; protocols 2 to 5, as Python 2 and 3 write them.
    ///
    /// - Throws: ``CheckpointError`` for anything outside the above, with its name or its place.
    package init(_ path: String) throws {
        self.path = path
        let input = try InputFile(path)
        let format = try input.format()
        guard format == .pickle else {
            throw CheckpointError(
                file: path,
                .format(expected: "a Python pickle of protocol 2 to 5", found: format))
        }
        var machine = PickleMachine(PickleInput(input, 0..<input.size), .arrays)
        let root = try machine.run()
        guard machine.input.isAtEnd else {
            throw machine.input.failure("nothing after STOP", "further bytes")
        }
        guard case .dictionary(let items, _) = machine.object(root) else {
            throw machine.input.failure("a dictionary of arrays", machine.describe(root))
        }
        var arrays: [String: NumPyArray] = [:]
        for (key, value) in items {
            guard case .string(let name) = key, let array = try machine.array(value) else {
                continue
            }
            arrays[name] = array
        }
        self.arrays = arrays
    }
}

extension PickleMachine {
    /// The array that a value is or holds; nil for any other value.
    fileprivate func array(_ value: PickleValue) throws -> NumPyArray? {
        var value = value
        // A chumpy array may hold another; a file could make a circle of them.
        for _ in 0..<8 {
            guard case .numPy(let made) = object(value) else { return nil }
            switch made {
            case .array(let array): return array
            case .instance(.chumpy, let attributes):
                guard let inner = attributes["x"] else {
                    throw input.failure("an array in a chumpy object", "no attribute x")
                }
                value = inner
            case .instance(.sparseColumns, let attributes): return try dense(attributes)
            default: return nil
            }
        }
        throw input.failure("an array in a chumpy object", "chumpy objects in one another")
    }

    /// A sparse matrix by columns: column j has `data[k]` in row `indices[k]`, for k from `indptr[j]`
    /// to below `indptr[j + 1]`. As float64.
    private func dense(_ attributes: [String: PickleValue]) throws -> NumPyArray {
        func values<Element: TensorElement>(_ name: String, _ type: Element.Type) throws
            -> [Element]
        {
            // Plain arrays only: sparse ones in one another could make a circle.
            guard let value = attributes[name], case .numPy(.array(let array?)) = object(value),
                array.shape.count == 1
            else { throw input.failure("an array \(name) in a sparse matrix", "none") }
            return try array.tensor().toArray(type)
        }
        guard let shape = attributes["_shape"] ?? attributes["shape"],
            case .tuple(let sizes) = object(shape), sizes.count == 2,
            case .integer(let rows) = sizes[0], case .integer(let columns) = sizes[1],
            let byteCount = checkedByteCount([rows, columns], 8), byteCount <= 1 << 30
        else { throw input.failure("a sparse matrix of two sizes", "another shape") }
        let (starts, indices) = (try values("indptr", Int.self), try values("indices", Int.self))
        let data = try values("data", Double.self)
        let isOrdered = zip(starts, starts.dropFirst()).allSatisfy { $0 <= $1 }
        guard starts.count == columns + 1, starts.first == 0, isOrdered,
            let end = starts.last, end <= indices.count, end <= data.count,
            indices[..<end].allSatisfy({ (0..<rows).contains($0) })
        else { throw input.failure("a sparse matrix whose indices fit", "one out of range") }
        var matrix = [Double](repeating: 0, count: rows * columns)
        for column in 0..<columns {
            // Entries that are there twice add up, as in SciPy.
            for k in starts[column]..<starts[column + 1] {
                matrix[indices[k] * columns + column] += data[k]
            }
        }
        let array = NumPyArray(
            dtype: .float64, shape: [rows, columns], bytes: matrix.withUnsafeBytes(Array.init))
        guard let array else { throw input.failure("a sparse matrix", "none") }
        return array
    }
}
