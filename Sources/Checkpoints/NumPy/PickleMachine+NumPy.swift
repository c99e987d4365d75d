import Torch

/// REDUCE, NEWOBJ and BUILD for pickles of arrays: what rebuilds NumPy's, chumpy's and SciPy's
/// objects, here without Python.
extension PickleMachine {
    mutating func rebuildNumPy(_ instruction: PickleInstruction) throws {
        let second = try pop()
        let first = try pop()
        switch instruction {
        case .build:
            try build(first, state: second)
            try push(first)
        default:
            guard case .numPyGlobal(let callee, let name) = first else {
                throw input.failure("a named function or class", describe(first))
            }
            guard case .tuple(let arguments) = object(second) else {
                throw input.failure("a tuple of arguments for \(name)", describe(second))
            }
            let made =
                instruction == .newObject
                ? newObject(callee, arguments) : call(callee, arguments)
            guard let made else {
                throw input.failure(
                    "a call that rebuilds an array", "\(name) with \(arguments.count) arguments")
            }
            try push(place(.numPy(made)))
        }
    }

    /// `cls.__new__(cls)`.
    private func newObject(_ callee: NumPyGlobal, _ arguments: [PickleValue]) -> NumPyObject? {
        guard arguments.isEmpty, callee == .chumpy || callee == .sparseColumns else { return nil }
        return .instance(callee, [:])
    }

    private func call(_ callee: NumPyGlobal, _ arguments: [PickleValue]) -> NumPyObject? {
        func isGlobal(_ index: Int, _ expected: NumPyGlobal) -> Bool {
            if case .numPyGlobal(expected, _) = arguments[index] { true } else { false }
        }
        switch (callee, arguments.count) {
        case (.reconstruct, 3): return isGlobal(0, .array) ? .array(nil) : nil
        case (.elementType, 3):
            guard let code = text(arguments[0]) else { return nil }
            return .elementType(code: code, isLittleEndian: true)
        case (.reconstructor, 3):
            guard isGlobal(1, .object), case .numPyGlobal(let type, _) = arguments[0] else {
                return nil
            }
            return newObject(type, [])
        case (.set, 0...1): return .ignored
        default: return nil
        }
    }

    /// Gives an object its state.
    private mutating func build(_ target: PickleValue, state: PickleValue) throws {
        guard case .object(let place) = target, case .numPy(let made) = objects[place] else {
            throw input.failure("BUILD of an array", describe(target))
        }
        switch made {
        case .elementType(let code, _):
            replace(place, with: try elementType(code, state: state))
        case .array: replace(place, with: .array(try array(state: state)))
        case .instance(let type, _):
            guard case .dictionary(let items, _) = object(state) else {
                throw input.failure("attributes as a dictionary", describe(state))
            }
            var attributes: [String: PickleValue] = [:]
            for (key, value) in items {
                guard let name = text(key), attributes.updateValue(value, forKey: name) == nil
                else {
                    throw input.failure("every attribute's name once", describe(key))
                }
            }
            replace(place, with: .instance(type, attributes))
        case .ignored: throw input.failure("BUILD of an array", describe(target))
        }
    }

    /// `(3, '<', None, None, None, -1, -1, 0)`: version, byte order, and what records would have.
    private func elementType(_ code: String, state: PickleValue) throws -> NumPyObject {
        guard case .tuple(let values) = object(state), (8...9).contains(values.count),
            let order = text(values[1]),
            values[2...4].allSatisfy({ if case .none = $0 { true } else { false } })
        else { throw input.failure("a type of plain numbers", describe(state)) }
        return .elementType(
            code: code, isLittleEndian: NumPyArray.isLittleEndian(order))
    }

    /// `(1, shape, dtype, is Fortran, data)`.
    private func array(state: PickleValue) throws -> NumPyArray {
        guard case .tuple(let values) = object(state), values.count == 5,
            case .tuple(let sizes) = object(values[1]),
            case .numPy(.elementType(let code, let isLittleEndian)) = object(values[2])
        else { throw input.failure("an array's state", describe(state)) }
        let shape = sizes.compactMap { if case .integer(let size) = $0 { size } else { nil } }
        let isFortran =
            switch values[3] {
            case .bool(let flag): flag
            case .integer(let flag): flag != 0
            default: false
            }
        guard isLittleEndian, let dtype = NumPyArray.dtype(code) else {
            throw input.failure("an array of plain little-endian numbers", "type \(quoted(code))")
        }
        guard shape.count == sizes.count, let bytes = bytes(values[4]),
            let array = NumPyArray(
                dtype: dtype, shape: shape, isFortran: isFortran, bytes: bytes)
        else {
            throw input.failure("bytes that fill \(dtype) \(shape)", describe(values[4]))
        }
        return array
    }

    /// Python 2 has one type for text and bytes, and the machine takes what is UTF-8 for text.
    private func bytes(_ value: PickleValue) -> [UInt8]? {
        switch value {
        case .bytes(let bytes): bytes
        case .string(let text): Array(text.utf8)
        default: nil
        }
    }

    private func text(_ value: PickleValue) -> String? {
        bytes(value).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
