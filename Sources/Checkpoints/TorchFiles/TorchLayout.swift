/// Where a torch file keeps its values and its storages' bytes.
struct TorchLayout {
    /// Everything that was saved.
    let root: TorchValue
    /// Bytes of every storage that the pickle names, as places in the file.
    let storages: [String: Range<Int>]
    /// All members of a zip; empty for a legacy file.
    let members: [String: ZipDirectory.Member]

    /// The format of torch 1.6 and later: a zip with `data.pkl`, and `data/<key>` for each storage.
    init(zip input: InputFile) throws {
        let zip = try ZipDirectory(input)
        guard let pickle = zip.members["data.pkl"] else {
            throw zip.failure(
                "data.pkl", "it to be there", "only \(listed(zip.members.keys.sorted()))")
        }
        if let order = zip.members["byteorder"] {
            let text = try input.bytes(at: order.range.lowerBound, count: min(order.range.count, 8))
            guard text == Array("little".utf8) else {
                throw zip.failure(
                    "byteorder", "little-endian data",
                    quoted(String(decoding: text, as: UTF8.self)))
            }
        }
        if let version = zip.members["version"] {
            let text = try input.bytes(
                at: version.range.lowerBound, count: min(version.range.count, 8))
            let digits = String(decoding: text, as: UTF8.self).filter { $0 != "\n" }
            // torch 2.13 reads versions 1 to 10.
            guard let number = Int(digits), (1...10).contains(number) else {
                throw zip.failure("version", "1 to 10", quoted(digits))
            }
        }
        guard pickle.range.count <= PickleInput.maximumByteCount else {
            throw CheckpointError(
                file: input.path,
                .tooMany(
                    "bytes of pickle", found: pickle.range.count,
                    limit: PickleInput.maximumByteCount))
        }
        try input.checkSum(of: pickle, name: "data.pkl")
        var machine = PickleMachine(PickleInput(input, pickle.range), .tensors)
        let value = try machine.run()
        guard machine.input.isAtEnd else {
            throw machine.input.failure("nothing after STOP", "further bytes")
        }
        root = try machine.tree(value)
        var storages: [String: Range<Int>] = [:]
        for (key, storage) in machine.storages.sorted(by: { $0.key < $1.key }) {
            guard let member = zip.members["data/" + key],
                member.range.count == storage.byteCount
            else {
                let found = zip.members["data/" + key].map { "\($0.range.count)" } ?? "none"
                throw CheckpointError(
                    file: input.path,
                    .storage(key: key, expected: "\(storage.byteCount) bytes", found: found))
            }
            storages[key] = member.range
        }
        self.storages = storages
        members = zip.members
    }

    /// The format before torch 1.6: five pickles in a row (a magic number, 1001, the writer's
    /// machine, the values, the storages' keys), then each storage as a count and its bytes.
    init(legacy input: InputFile) throws {
        var part = PickleInput(input, 0..<input.size)
        func next(_ vocabulary: PickleVocabulary = .values) throws -> (TorchValue, PickleMachine) {
            var machine = PickleMachine(part, vocabulary)
            let value = try machine.run()
            // A new input, so that errors count from the start of their own pickle.
            part = PickleInput(input, machine.input.position..<input.size)
            return (try machine.tree(value), machine)
        }
        let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
        guard try next().0 == .bigInteger(magic) else {
            throw part.failure("torch's magic number", "another value")
        }
        guard try next().0 == .integer(1001) else {
            throw part.failure("protocol 1001", "another value")
        }
        guard try next().0["little_endian"] == .bool(true) else {
            throw part.failure("little-endian data", "another byte order")
        }
        let (root, machine) = try next(.tensors)
        guard case .list(let keys) = try next().0, keys.count == machine.storages.count else {
            throw part.failure("a list of \(machine.storages.count) storage keys", "another value")
        }
        var position = part.position
        var storages: [String: Range<Int>] = [:]
        for key in keys {
            guard case .string(let key) = key, let storage = machine.storages[key],
                storages[key] == nil
            else { throw part.failure("each storage's key once", "another value") }
            let left = input.size - position
            let count =
                left < 8
                ? nil
                : LittleEndianBytes(try input.bytes(at: position, count: 8)).integer64(0)
            guard let count, count == storage.byteCount / storage.width,
                storage.byteCount <= left - 8
            else {
                throw CheckpointError(
                    file: input.path,
                    .storage(
                        key: key, expected: "\(storage.byteCount) bytes, preceded by their count",
                        found: "\(max(left - 8, 0)) bytes after a count of \(count ?? 0)"))
            }
            storages[key] = position + 8..<position + 8 + storage.byteCount
            position += 8 + storage.byteCount
        }
        guard position == input.size else {
            throw CheckpointError(
                file: input.path,
                .layout(expected: "the file to end at byte \(position)", found: "\(input.size)"))
        }
        self.root = root
        self.storages = storages
        members = [:]
    }
}

extension TorchLayout {
    /// Storages that the given tensors leave alone, and members that no storage is.
    func unused(besides tensors: [TorchTensor]) -> [String] {
        let used = Set(tensors.map { "data/" + $0.storage })
        let known = storages.keys.map { "data/" + $0 }
        return Set(known + members.keys.filter { $0.hasPrefix("data/") }).subtracting(used).sorted()
    }
}

extension InputFile {
    /// Reads a zip member through and compares its CRC-32.
    func checkSum(of member: ZipDirectory.Member, name: String) throws {
        var sum = CRC32()
        var position = member.range.lowerBound
        while position < member.range.upperBound {
            let count = min(1 << 20, member.range.upperBound - position)
            sum.update(try bytes(at: position, count: count))
            position += count
        }
        guard sum.value == member.checksum else {
            throw CheckpointError(
                file: path,
                .zip(
                    member: name, expected: "CRC-32 \(String(member.checksum, radix: 16))",
                    found: String(sum.value, radix: 16)))
        }
    }
}
