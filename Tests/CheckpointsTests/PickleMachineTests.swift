import Checkpoints
import Foundation
import Testing

/// Hostile pickles, assembled by hand and wrapped as legacy torch files.
@Suite struct PickleMachineTests {
    struct Hostile: Sendable, CustomTestStringConvertible {
        let id: String
        let pickle: [UInt8]
        let says: String
        var testDescription: String { id }

        init(_ id: String, _ pickle: [UInt8], _ says: String) {
            self.id = id
            self.pickle = pickle
            self.says = says
        }
    }

    private static let canary =
        FileManager.default.temporaryDirectory.path + "/likeness-canary-\(getpid())"

    private static func call(_ module: String, _ name: String) -> [UInt8] {
        Pickle.global(module, name) + Pickle.text("touch \(canary)") + Pickle.tuple1 + Pickle.reduce
    }

    private static func stackGlobal(_ module: String, _ name: String) -> [UInt8] {
        Pickle.text(module) + Pickle.text(name) + Pickle.stackGlobal
    }

    static let hostile: [Hostile] = names + instructions + tensors + shapes

    // Python objects that no tensor needs.
    private static let names: [Hostile] =
        [
            ("os", "system"), ("posix", "system"), ("nt", "system"), ("builtins", "eval"),
            ("builtins", "exec"), ("builtins", "getattr"), ("__builtin__", "eval"),
            ("builtins", "__import__"), ("subprocess", "Popen"), ("torch", "load"),
            ("torch.storage", "_load_from_bytes"), ("torch.hub", "load"), ("torch.jit", "load"),
            ("torch._utils", "_rebuild_sparse_tensor"), ("torch._utils", "torch.os.system"),
            ("collections", "OrderedDict.__class__"), ("collections", "defaultdict"),
            ("numpy.core.multiarray", "_reconstruct"), ("_codecs", "encode"),
            ("torch", "QInt8Storage"),
            ("argparse", "Namespace"), ("runpy", "_run_code"), ("torch ", "Size"), ("", ""),
        ].map { module, name in
            Hostile(
                "\(module).\(name)", Pickle.program(call(module, name)), "object \(module).\(name),"
            )
        } + [
            Hostile("STACK_GLOBAL", Pickle.program(stackGlobal("posix", "system")), "posix.system"),
            Hostile(
                "name under a tensor", Pickle.state(Pickle.tensor(hooks: call("os", "system"))),
                "os.system"),
            Hostile(
                "name as a persistent id", Pickle.state(call("os", "system") + Pickle.persistentID),
                "os.system"),
            Hostile(
                "name after a good tensor",
                Pickle.program(Pickle.tensor() + call("builtins", "exec") + Pickle.build),
                "builtins.exec"),
            Hostile(
                "module from the memo",
                Pickle.program(
                    Pickle.text("posix") + Pickle.put(1) + Pickle.get(1) + Pickle.text("system")
                        + Pickle.stackGlobal), "posix.system"),
            Hostile(
                "line breaks and colours in a name",
                Pickle.program(stackGlobal("os\n\u{1B}[2J", "system")), "os\\n\\u{1B}[2J.system"),
        ]

    // Instructions that no state dictionary needs.
    private static let instructions: [Hostile] = [
        Hostile(
            "INST", Pickle.program(Pickle.mark + Array("iposix\nsystem\n".utf8)),
            "the instruction INST of posix.system,"),
        Hostile("OBJ", Pickle.program(Pickle.mark, [0x6F]), "the instruction OBJ,"),
        Hostile(
            "NEWOBJ", Pickle.program(Pickle.emptyTuple, Pickle.emptyTuple, [0x81]), "NEWOBJ,"),
        Hostile("NEWOBJ_EX", Pickle.program([0x92]), "NEWOBJ_EX,"),
        Hostile("EXT1", Pickle.program([0x82, 1]), "EXT1,"),
        Hostile("EXT2", Pickle.program([0x83, 1, 0]), "EXT2,"),
        Hostile("EXT4", Pickle.program([0x84, 1, 0, 0, 0]), "EXT4,"),
        Hostile("PERSID", Pickle.program(Array("Pos.system\n".utf8)), "PERSID,"),
        Hostile("DUP", Pickle.program(Pickle.emptyList, [0x32]), "DUP,"),
        Hostile("POP", Pickle.program(Pickle.none, [0x30]), "POP,"),
        Hostile("GET", Pickle.program(Array("g0\n".utf8)), "GET,"),
        Hostile("STRING", Pickle.program(Array("S'a'\n".utf8)), "STRING,"),
        Hostile(
            "huge LONG4", Pickle.program([0x8B, 0xFF, 0xFF, 0xFF, 0x7F]),
            "of its pickle is the instruction LONG4,"),
        Hostile("NEXT_BUFFER", Pickle.program([0x97]), "NEXT_BUFFER,"),
        Hostile("unknown", Pickle.program([0xFF]), "the instruction 0xff,"),
    ]

    // Tensors and storages that reach beyond their bytes.
    private static let tensors: [Hostile] = [
        Hostile(
            "offset", Pickle.state(Pickle.tensor(offset: Pickle.byte(1))),
            "storage \"0\": expected 4 elements to hold its tensors, found one with offset 1"),
        Hostile(
            "size", Pickle.state(Pickle.tensor(shape: Pickle.tupleOf([Pickle.byte(5)]))),
            "expected 4 elements"),
        Hostile(
            "stride", Pickle.state(Pickle.tensor(stride: Pickle.tupleOf([Pickle.byte(2)]))),
            "expected 4 elements"),
        Hostile(
            "negative stride",
            Pickle.state(Pickle.tensor(stride: Pickle.tupleOf([Pickle.integer(-1)]))),
            "sizes and strides that are not negative, found -1"),
        Hostile(
            "negative offset", Pickle.state(Pickle.tensor(offset: Pickle.integer(-1))),
            "offset -1"),
        Hostile(
            "stride overflows",
            Pickle.state(Pickle.tensor(stride: Pickle.tupleOf([Pickle.long(.max)]))),
            "expected 4 elements"),
        Hostile(
            "shape overflows",
            Pickle.state(
                Pickle.tensor(
                    shape: Pickle.tupleOf([Pickle.long(.max), Pickle.long(.max)]),
                    stride: Pickle.tupleOf([Pickle.byte(0), Pickle.byte(0)]))),
            "an offset, and as many strides as sizes"),
        Hostile(
            "terabytes through stride 0",
            Pickle.state(
                Pickle.tensor(
                    shape: Pickle.tupleOf([Pickle.long(1 << 40)]),
                    stride: Pickle.tupleOf([Pickle.byte(0)]))), "bytes of tensors in a file of"),
        Hostile(
            "storage of another size",
            Pickle.state(Pickle.tensor(storage: Pickle.storage(count: Pickle.byte(5)))),
            "storage \"0\": expected 20 bytes"),
        Hostile(
            "storage overflows",
            Pickle.state(Pickle.tensor(storage: Pickle.storage(count: Pickle.long(.max)))),
            "a storage that fits in a file"),
        Hostile(
            "unknown storage",
            Pickle.state(Pickle.tensor(storage: Pickle.storage(key: Pickle.text("7")))),
            "each storage's key once"),
        Hostile(
            "storage that is a path",
            Pickle.state(
                Pickle.tensor(storage: Pickle.storage(key: Pickle.text("../../etc/passwd")))),
            "each storage's key once"),
        Hostile(
            "persistent id of a module", Pickle.state(Pickle.storage(tag: "module")),
            "a persistent id that names a storage, found \"module\", torch.FloatStorage"),
        Hostile(
            "persistent id of a number", Pickle.state(Pickle.byte(1) + Pickle.persistentID),
            "a persistent id that names a storage, found 1"),
        Hostile(
            "untyped storage without a type",
            Pickle.state(
                Pickle.tensor(
                    storage: Pickle.storage(type: Pickle.global("torch.storage", "UntypedStorage")))
            ),
            "a storage with a type, found torch.storage.UntypedStorage"),
        Hostile(
            "backward hooks",
            Pickle.state(
                Pickle.tensor(
                    hooks: Pickle.emptyDictionary + Pickle.byte(1) + Pickle.byte(1) + Pickle.setItem
                )),
            "a tensor without backward hooks, found a dictionary of 1"),
        Hostile(
            "conjugated",
            Pickle.state(
                Pickle.tensor(extra: [
                    Pickle.emptyDictionary + Pickle.text("conj") + [0x88] + Pickle.setItem
                ])), "a tensor without conjugation or negation"),
        Hostile("bare storage", Pickle.state(Pickle.storage()), "a storage without one"),
    ]

    // Everything else that a pickle can do to its reader.
    private static let shapes: [Hostile] = [
        Hostile(
            "a call of a storage type",
            Pickle.state(
                Pickle.global("torch", "FloatStorage") + Pickle.byte(1) + Pickle.tuple1
                    + Pickle.reduce),
            "torch.FloatStorage called with 1"),
        Hostile(
            "REDUCE of a string",
            Pickle.program(Pickle.text("os.system") + Pickle.emptyTuple + Pickle.reduce),
            "REDUCE of a named function, found \"os.system\""),
        Hostile(
            "BUILD of a tensor",
            Pickle.program(Pickle.tensor() + Pickle.emptyDictionary + Pickle.build),
            "BUILD of a collections.OrderedDict, found a tensor"),
        Hostile(
            "BUILD with __class__",
            Pickle.program(
                Pickle.global("collections", "OrderedDict") + Pickle.emptyTuple + Pickle.reduce
                    + Pickle.emptyDictionary + Pickle.text("__class__") + Pickle.none
                    + Pickle.setItem + Pickle.build), "no attribute but _metadata"),
        Hostile(
            "a name as a value", Pickle.state(Pickle.global("torch", "Size")),
            "the Python object torch.Size itself"),
        Hostile("empty stack", Pickle.program(), "one value at STOP, found 0"),
        Hostile(
            "two values", Pickle.program(Pickle.none, Pickle.none), "one value at STOP, found 2"),
        Hostile("no mark", Pickle.program(Pickle.tuple), "expected a mark, found none"),
        Hostile(
            "pop below a mark", Pickle.program(Pickle.none, Pickle.mark, Pickle.append),
            "a value on the stack"),
        Hostile("memo never set", Pickle.program(Pickle.get(9)), "a value remembered as 9"),
        Hostile("memo of nothing", Pickle.program(Pickle.put(0)), "a value to remember"),
        Hostile(
            "append to a tuple", Pickle.program(Pickle.emptyTuple, Pickle.none, Pickle.append),
            "a list to append to"),
        Hostile(
            "odd SETITEMS",
            Pickle.program(Pickle.emptyDictionary, Pickle.mark, Pickle.none, [0x75]),
            "a value for every key"),
        Hostile(
            "key twice",
            Pickle.program(
                Pickle.emptyDictionary, Pickle.text("a"), Pickle.none, Pickle.setItem,
                Pickle.text("a"), Pickle.none, Pickle.setItem), "every key once, found \"a\" again"),
        Hostile(
            "list as a key",
            Pickle.program(Pickle.emptyDictionary, Pickle.emptyList, Pickle.none, Pickle.setItem),
            "keys that are strings or numbers"),
        Hostile(
            "list within itself",
            Pickle.program(Pickle.emptyList, Pickle.put(0), Pickle.get(0), Pickle.append),
            "nested containers in a pickle"),
        Hostile(
            "a hundred thousand nested lists",
            Pickle.program(
                [UInt8](repeating: 0x5D, count: 100_000), [UInt8](repeating: 0x61, count: 99_999)),
            "nested containers in a pickle"),
        Hostile(
            "a hundred thousand nested tuples",
            Pickle.program(Pickle.emptyTuple, [UInt8](repeating: 0x85, count: 100_000)),
            "nested containers in a pickle"),
        Hostile("billion laughs", billionLaughs, "values in a pickle"),
        Hostile(
            "millions of lists", Pickle.program([UInt8](repeating: 0x5D, count: 1_000_001)),
            "values on the pickle's stack"),
        Hostile(
            "string longer than the file", Pickle.program([0x58, 0xFF, 0xFF, 0xFF, 0xFF]),
            "4294967295 more bytes"),
        Hostile(
            "string of 2^63 bytes", Pickle.program([0x8D, 0, 0, 0, 0, 0, 0, 0, 0x80]),
            "a length that fits"),
        Hostile(
            "frame beyond the end", Pickle.program([0x95, 0, 0, 0, 0, 0, 0, 0, 1]), "more bytes"),
        Hostile(
            "text that is not UTF-8", Pickle.program([0x58, 1, 0, 0, 0, 0xFF]), "text in UTF-8"),
        Hostile(
            "protocol 0", [0x80, 0] + Pickle.none + Pickle.stop, "pickle protocol 2 to 5, found 0"),
        Hostile("no STOP", [0x80, 2], "expected "),
    ]

    /// Each of 25 tuples holds the one before twice.
    private static let billionLaughs: [UInt8] = {
        var parts = Pickle.text("ha") + Pickle.put(0)
        for place in UInt8(0)..<25 {
            parts += Pickle.get(place) + Pickle.get(place) + [0x86] + Pickle.put(place + 1)
        }
        // Python's own order leaves every tuple on the stack; pair them up, so that one is left.
        return Pickle.program(parts, [UInt8](repeating: 0x86, count: 25))
    }()

    @Test(arguments: hostile)
    func refusesHostilePickles(_ hostile: Hostile) throws {
        let folder = try Folder()
        for (name, bytes) in [
            ("legacy.pth", Pickle.legacy(hostile.pickle)),
            ("zip.pth", Zip.torch(hostile.pickle).bytes),
        ] {
            let path = try folder.write(bytes, name)
            let found = try #require(
                sentence { _ = try openCheckpoint(path) }, "accepted \(hostile.id)")
            // The formats differ in how they miss a storage, and only there.
            let isStorage = ["unknown storage", "storage that is a path", "no STOP"].contains(
                hostile.id)
            #expect(isStorage || found.contains(hostile.says), "\(name): \(found)")
        }
        // Nothing ran, and nothing was written beside the file.
        #expect(!FileManager.default.fileExists(atPath: Self.canary))
        #expect(try folder.names() == ["legacy.pth", "zip.pth"])
    }

    @Test func saysWhatIsRefusedAndWhatToTry() throws {
        let folder = try Folder()
        let path = try folder.write(
            Pickle.legacy(Pickle.program(Self.call("posix", "system"))), "a.pth")
        #expect(
            sentence { _ = try openCheckpoint(path) } == """
                a.pth: refuses to load because it names the Python object posix.system, which no \
                tensor needs and which could run code; in Python, where you trust the file, save \
                only its state_dict, best as safetensors.
                """)
    }

    @Test func acceptsTheHandMadeTensorThatTheOthersSpoil() throws {
        let folder = try Folder()
        for bytes in [Pickle.legacy(Pickle.state(Pickle.tensor())), Zip.torch().bytes] {
            let path = try folder.write(bytes, "a.pth")
            let file = try openCheckpoint(path)
            #expect(file.entries.map(\.name) == ["w"])
            #expect(try file.bytes(of: file.entries[0]) == (0..<16).map { UInt8($0) })
        }
    }

    @Test func readsPythonTwoStringsAndOldViews() throws {
        // Python 2 wrote OrderedDict([["w", tensor]]) and byte strings; torch 0.3 wrote views.
        let view = Pickle.tupleOf([Pickle.text("v"), Pickle.byte(1), Pickle.byte(2)])
        let storage =
            Pickle.tupleOf([
                Pickle.text("storage"), Pickle.global("torch", "FloatStorage"), Pickle.text("0"),
                Pickle.text("cpu"), Pickle.byte(4), view,
            ]) + Pickle.persistentID
        let tensor = Pickle.tensor(storage: storage, shape: Pickle.tupleOf([Pickle.byte(2)]))
        let pair = Pickle.emptyList + Pickle.mark + [0x55, 1, 0x77] + tensor + Pickle.appends
        let pickle = Pickle.program(
            Pickle.global("collections", "OrderedDict") + Pickle.emptyList + pair + Pickle.append
                + Pickle.tuple1 + Pickle.reduce)
        let folder = try Folder()
        let file = try openCheckpoint(try folder.write(Pickle.legacy(pickle), "a.pth"))
        #expect(try file.bytes(of: file.entry(named: "w")) == (4..<12).map { UInt8($0) })
    }
}
