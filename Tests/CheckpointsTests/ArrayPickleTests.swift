import Checkpoints
import Foundation
import Testing

/// Pickles of arrays, assembled by hand: what is read, and everything that is refused.
@Suite struct ArrayPickleTests {
    struct Hostile: Sendable, CustomTestStringConvertible {
        let id: String
        let value: [UInt8]
        let says: String
        var testDescription: String { id }

        init(_ id: String, _ value: [UInt8], _ says: String) {
            (self.id, self.value, self.says) = (id, value, says)
        }
    }

    private static let canary =
        FileManager.default.temporaryDirectory.path + "/likeness-array-canary-\(getpid())"
    private static let newObject: [UInt8] = [0x81]
    private static let yes: [UInt8] = [0x88]

    private static func bytes(_ bytes: [UInt8]) -> [UInt8] { [0x43, UInt8(bytes.count)] + bytes }

    private static func type(_ code: String = "u1", order: String = "|", fields: [UInt8]? = nil)
        -> [UInt8]
    {
        let none = Pickle.none
        return Pickle.global("numpy", "dtype")
            + Pickle.tupleOf([Pickle.text(code), Pickle.isFalse, yes]) + Pickle.reduce
            + Pickle.tupleOf([
                Pickle.byte(3), Pickle.text(order), fields ?? none, none, none,
                Pickle.integer(-1), Pickle.integer(-1), Pickle.byte(0),
            ]) + Pickle.build
    }

    /// Four bytes as `[2, 2]`, or an array with something wrong.
    private static func array(
        function: (String, String) = ("numpy.core.multiarray", "_reconstruct"),
        of kind: [UInt8] = Pickle.global("numpy", "ndarray"), type: [UInt8] = type(),
        shape: [[UInt8]] = [Pickle.byte(2), Pickle.byte(2)], data: [UInt8] = bytes([1, 2, 3, 4])
    ) -> [UInt8] {
        Pickle.global(function.0, function.1)
            + Pickle.tupleOf([kind, Pickle.tupleOf([Pickle.byte(0)]), bytes([0x62])])
            + Pickle.reduce
            + Pickle.tupleOf([
                Pickle.byte(1), Pickle.tupleOf(shape), type, Pickle.isFalse, data,
            ]) + Pickle.build
    }

    private static func instance(_ module: String, _ name: String, _ state: [(String, [UInt8])])
        -> [UInt8]
    {
        Pickle.global(module, name) + Pickle.emptyTuple + newObject + attributes(state)
    }

    private static func attributes(_ state: [(String, [UInt8])]) -> [UInt8] {
        Pickle.emptyDictionary + state.flatMap { Pickle.text($0.0) + $0.1 + Pickle.setItem }
            + Pickle.build
    }

    private static func list(_ numbers: [Int32]) -> [UInt8] {
        let data = numbers.flatMap { number in
            withUnsafeBytes(of: number.littleEndian, Array.init)
        }
        return array(
            type: type("i4", order: "<"), shape: [Pickle.byte(UInt8(numbers.count))],
            data: bytes(data))
    }

    private static func sparse(
        shape: [[UInt8]] = [Pickle.byte(2), Pickle.byte(3)], starts: [Int32] = [0, 1, 1, 3],
        indices: [Int32] = [1, 0, 0], data: [UInt8]? = nil
    ) -> [UInt8] {
        instance(
            "scipy.sparse.csc", "csc_matrix",
            [
                ("_shape", Pickle.tupleOf(shape)), ("indptr", list(starts)),
                ("indices", list(indices)), ("data", data ?? list([7, 8, 9])),
            ])
    }

    private func read(_ value: [UInt8]) throws -> [String: NumPyArray] {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(UUID().uuidString).pkl").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(Pickle.state(value)).write(to: URL(fileURLWithPath: path))
        return try ArrayPickle(path).arrays
    }

    @Test func readsArraysWhereverTheyAre() throws {
        let plain = try #require(try read(Self.array())["w"])
        #expect(plain.shape == [2, 2] && plain.bytes == [1, 2, 3, 4] && plain.dtype == .uint8)
        let renamed = Self.array(function: ("numpy._core.multiarray", "_reconstruct"))
        #expect(try read(renamed)["w"]?.shape == [2, 2])
        let chumpy = Self.instance("chumpy.ch", "Ch", [("_itr", Pickle.none), ("x", Self.array())])
        #expect(try read(chumpy)["w"]?.bytes == [1, 2, 3, 4])
        // As protocols before 2 make objects.
        let old =
            Pickle.global("copy_reg", "_reconstructor")
            + Pickle.tupleOf([
                Pickle.global("chumpy.ch", "Ch"), Pickle.global("__builtin__", "object"),
                Pickle.none,
            ]) + Pickle.reduce + Self.attributes([("x", Self.array())])
        #expect(try read(old)["w"]?.bytes == [1, 2, 3, 4])
        // Column 0 has 7 in row 1, column 2 has 8 and 9 in row 0, which add up.
        let sparse = try #require(try read(Self.sparse())["w"])
        #expect(try sparse.tensor().toArray(Double.self) == [0, 0, 17, 7, 0, 0])
        #expect(try read(Pickle.text("no array")).isEmpty)
    }

    static let hostile: [Hostile] =
        [
            ("os", "system"), ("builtins", "eval"), ("__builtin__", "getattr"),
            ("numpy.core.multiarray", "scalar"), ("numpy._core.numeric", "_frombuffer"),
            ("numpy", "load"), ("chumpy.ch", "ChLambda"), ("chumpy.reordering", "Select"),
            ("scipy.sparse.csr", "csr_matrix"), ("_codecs", "encode"),
            ("copy_reg", "add_extension"),
            ("torch._utils", "_rebuild_tensor_v2"), ("collections", "OrderedDict"),
        ].map { module, name in
            Hostile(
                "\(module).\(name)",
                Pickle.global(module, name) + Pickle.text("touch \(canary)") + Pickle.tuple1
                    + Pickle.reduce, "object \(module).\(name),")
        } + calls + states

    private static let calls: [Hostile] = [
        Hostile(
            "chumpy called", Pickle.global("chumpy.ch", "Ch") + Pickle.emptyTuple + Pickle.reduce,
            "a call that rebuilds an array, found chumpy.ch.Ch with 0 arguments"),
        Hostile(
            "new object of a function",
            Pickle.global("numpy.core.multiarray", "_reconstruct") + Pickle.emptyTuple + newObject,
            "found numpy.core.multiarray._reconstruct with 0"),
        Hostile(
            "new object of text", Pickle.text("os.system") + Pickle.emptyTuple + newObject,
            "a named function or class, found \"os.system\""),
        Hostile(
            "array of another kind", array(of: Pickle.global("chumpy.ch", "Ch")),
            "found numpy.core.multiarray._reconstruct with 3"),
        Hostile(
            "reconstructor of a set",
            Pickle.global("copy_reg", "_reconstructor")
                + Pickle.tupleOf([
                    Pickle.global("__builtin__", "set"), Pickle.global("__builtin__", "object"),
                    Pickle.none,
                ]) + Pickle.reduce, "found copy_reg._reconstructor with 3"),
        Hostile("OBJ", Pickle.mark + [0x6F], "the instruction OBJ,"),
        Hostile("persistent id", Pickle.text("x") + Pickle.persistentID, "a persistent id"),
    ]

    private static let states: [Hostile] = [
        Hostile("too few bytes", array(data: bytes([1, 2, 3])), "bytes that fill uint8 [2, 2]"),
        Hostile(
            "negative size", array(shape: [Pickle.integer(-1), Pickle.integer(-4)]),
            "bytes that fill"),
        Hostile(
            "sizes overflow", array(shape: [Pickle.long(.max), Pickle.long(.max)]),
            "bytes that fill"),
        Hostile("objects", array(type: type("O8")), "an array of plain little-endian numbers"),
        Hostile("big-endian", array(type: type("i2", order: ">")), "plain little-endian numbers"),
        Hostile(
            "records", array(type: type(fields: Pickle.emptyTuple)), "a type of plain numbers"),
        Hostile("a list of data", array(data: Pickle.emptyList), "found a list of 0"),
        Hostile(
            "state of text", Pickle.text("x") + Pickle.emptyDictionary + Pickle.build,
            "BUILD of an array, found \"x\""),
        Hostile(
            "chumpy without an array", instance("chumpy.ch", "Ch", [("y", array())]),
            "no attribute x"),
        Hostile(
            "chumpy that holds itself",
            Pickle.global("chumpy.ch", "Ch") + Pickle.emptyTuple + newObject + Pickle.put(9)
                + attributes([("x", Pickle.get(9))]), "chumpy objects in one another"),
        Hostile(
            "sparse matrix that holds itself",
            Pickle.global("scipy.sparse.csc", "csc_matrix") + Pickle.emptyTuple + newObject
                + Pickle.put(9)
                + attributes([
                    ("_shape", Pickle.tupleOf([Pickle.byte(1), Pickle.byte(1)])),
                    ("indptr", Pickle.get(9)),
                ]), "an array indptr in a sparse matrix"),
        Hostile("row too far", sparse(indices: [2, 0, 0]), "whose indices fit"),
        Hostile("negative row", sparse(indices: [-1, 0, 0]), "whose indices fit"),
        Hostile("columns go back", sparse(starts: [0, 2, 1, 3]), "whose indices fit"),
        Hostile("more than there is", sparse(starts: [0, 1, 1, 4]), "whose indices fit"),
        Hostile(
            "huge matrix", sparse(shape: [Pickle.long(1 << 40), Pickle.long(1 << 40)]),
            "a sparse matrix of two sizes"),
        Hostile(
            "endless columns", sparse(shape: [Pickle.byte(0), Pickle.long(1 << 59)]),
            "whose indices fit"),
    ]

    @Test(arguments: hostile) func refuses(_ hostile: Hostile) throws {
        let error = #expect(throws: CheckpointError.self) { try read(hostile.value) }
        let text = error?.description ?? ""
        #expect(text.contains(hostile.says), "\(text)")
        #expect(!FileManager.default.fileExists(atPath: Self.canary))
    }

    /// A file with any one byte changed is read or refused, and never crashes the reader.
    @Test func survivesAnyChangedByte() throws {
        let whole = Pickle.state(Self.sparse())
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(UUID().uuidString).pkl").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        // One of the instructions and lengths that matter for each place.
        let values: [UInt8] = [0, 0x81, 1, 0x2E, 0x52, 0x62, 0xFF]
        var refused = 0
        for place in whole.indices {
            var mutant = whole
            mutant[place] = values[place % values.count]
            try Data(mutant).write(to: URL(fileURLWithPath: path))
            do { _ = try ArrayPickle(path) } catch is CheckpointError { refused += 1 }
        }
        #expect(refused > whole.count / 2)
    }
}
