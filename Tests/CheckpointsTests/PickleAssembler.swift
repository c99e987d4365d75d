import Checkpoints

/// Pickles by hand, for tests: each function gives one instruction's bytes.
enum Pickle {
    static let proto: [UInt8] = [0x80, 2]
    static let stop: [UInt8] = [0x2E]
    static let mark: [UInt8] = [0x28]
    static let none: [UInt8] = [0x4E]
    static let emptyTuple: [UInt8] = [0x29]
    static let emptyList: [UInt8] = [0x5D]
    static let emptyDictionary: [UInt8] = [0x7D]
    static let tuple: [UInt8] = [0x74]
    static let tuple1: [UInt8] = [0x85]
    static let reduce: [UInt8] = [0x52]
    static let build: [UInt8] = [0x62]
    static let persistentID: [UInt8] = [0x51]
    static let setItem: [UInt8] = [0x73]
    static let append: [UInt8] = [0x61]
    static let appends: [UInt8] = [0x65]
    static let isFalse: [UInt8] = [0x89]
    static let memoize: [UInt8] = [0x94]
    static let stackGlobal: [UInt8] = [0x93]

    static func put(_ place: UInt8) -> [UInt8] { [0x71, place] }
    static func get(_ place: UInt8) -> [UInt8] { [0x68, place] }
    static func byte(_ number: UInt8) -> [UInt8] { [0x4B, number] }
    static func integer(_ number: Int32) -> [UInt8] { [0x4A] + littleEndian(number) }
    static func long(_ number: Int) -> [UInt8] { [0x8A, 8] + littleEndian(number) }
    static func text(_ text: String) -> [UInt8] {
        [0x58] + littleEndian(UInt32(text.utf8.count)) + Array(text.utf8)
    }
    static func global(_ module: String, _ name: String) -> [UInt8] {
        Array("c\(module)\n\(name)\n".utf8)
    }
    static func tupleOf(_ items: [[UInt8]]) -> [UInt8] { mark + items.flatMap { $0 } + tuple }
    static func program(_ parts: [UInt8]...) -> [UInt8] { proto + parts.flatMap { $0 } + stop }

    /// `('storage', torch.FloatStorage, '0', 'cpu', count)` as a storage.
    static func storage(
        type: [UInt8] = global("torch", "FloatStorage"), key: [UInt8] = text("0"),
        count: [UInt8] = byte(4), tag: String = "storage"
    ) -> [UInt8] {
        tupleOf([text(tag), type, key, text("cpu"), count]) + persistentID
    }

    /// A tensor of four floats, or one with something wrong.
    static func tensor(
        storage: [UInt8] = storage(), offset: [UInt8] = byte(0),
        shape: [UInt8] = tupleOf([byte(4)]), stride: [UInt8] = tupleOf([byte(1)]),
        gradient: [UInt8] = isFalse,
        hooks: [UInt8] = global("collections", "OrderedDict") + emptyTuple + reduce,
        function: String = "_rebuild_tensor_v2", extra: [[UInt8]] = []
    ) -> [UInt8] {
        global("torch._utils", function)
            + tupleOf([storage, offset, shape, stride, gradient, hooks] + extra) + reduce
    }

    /// `{"w": value}`.
    static func state(_ value: [UInt8]) -> [UInt8] {
        program(emptyDictionary, text("w"), value, setItem)
    }

    /// A legacy torch file around a pickle, with one storage of four floats, 1 2 3 4.
    static func legacy(
        _ pickle: [UInt8], keys: [String] = ["0"], count: Int = 4, bytes: Int = 16
    ) -> [UInt8] {
        let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
        let system = program(emptyDictionary, text("little_endian"), [0x88], setItem)
        let list = program(emptyList, mark, keys.flatMap(text), appends)
        var file =
            program([0x8A, 10], magic) + program([0x4D, 0xE9, 0x03]) + system + pickle + list
        for _ in keys {
            file += littleEndian(count)
            file += (0..<bytes).map { UInt8($0) }
        }
        return file
    }
}

/// Zip archives by hand, for tests; every lie that a header can tell is a property.
struct Zip {
    struct Member {
        var name: String
        var bytes: [UInt8]
        var method: UInt16 = 0
        var flags: UInt16 = 0
        var checksum: UInt32?
        var localName: String?
        var localSize: UInt32?
        var size: UInt32?
        var offset: UInt32?
        var extra: [UInt8] = []
    }

    var members: [Member]
    var prefix: [UInt8] = []
    var comment: [UInt8] = []
    var suffix: [UInt8] = []
    var countOff = 0

    /// What torch would write for this pickle and four floats.
    static func torch(_ pickle: [UInt8] = Pickle.state(Pickle.tensor())) -> Zip {
        Zip(members: [
            Member(name: "archive/data.pkl", bytes: pickle),
            Member(name: "archive/byteorder", bytes: Array("little".utf8)),
            Member(name: "archive/data/0", bytes: (0..<16).map { UInt8($0) }),
            Member(name: "archive/version", bytes: Array("3\n".utf8)),
        ])
    }

    func changed(_ change: (inout Zip) -> Void) -> Zip {
        var copy = self
        change(&copy)
        return copy
    }

    var bytes: [UInt8] {
        var file = prefix
        var directory: [UInt8] = []
        for member in members {
            var sum = CRC32()
            sum.update(member.bytes)
            let offset = member.offset ?? UInt32(file.count)
            let size = member.size ?? UInt32(member.bytes.count)
            let common =
                littleEndian(member.flags) + littleEndian(member.method) + [0, 0, 0, 0]
                + littleEndian(member.checksum ?? sum.value)
            let local = member.localName ?? member.name
            let localSize = member.localSize ?? size
            file += [0x50, 0x4B, 3, 4, 20, 0] + common + littleEndian(localSize)
            file += littleEndian(localSize) + littleEndian(UInt16(local.utf8.count)) + [0, 0]
            file += Array(local.utf8) + member.bytes
            directory += [0x50, 0x4B, 1, 2, 20, 0, 20, 0] + common + littleEndian(size)
            directory += littleEndian(size) + littleEndian(UInt16(member.name.utf8.count))
            directory += littleEndian(UInt16(member.extra.count))
            directory += [UInt8](repeating: 0, count: 10) + littleEndian(offset)
            directory += Array(member.name.utf8) + member.extra
        }
        let count = littleEndian(UInt16(members.count + countOff))
        let end: [UInt8] =
            [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count + littleEndian(UInt32(directory.count))
            + littleEndian(UInt32(file.count)) + littleEndian(UInt16(comment.count)) + comment
        return file + directory + end + suffix
    }
}
