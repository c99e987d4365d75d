import World

/// Makes tar archives by hand, honest and hostile ones.
struct TarBuilder {
    var bytes: [UInt8] = []

    /// A member whose header is written field by field; `edit` may spoil it before the checksum is
    /// taken, `spoil` after.
    mutating func add(
        _ name: String, _ content: [UInt8] = [], type: Character = "0", size: String? = nil,
        magic: String = "ustar\u{0}00", prefix: String = "",
        edit: (inout [UInt8]) -> Void = { _ in }, spoil: (inout [UInt8]) -> Void = { _ in }
    ) {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, _ offset: Int) {
            block.replaceSubrange(offset..<(offset + text.utf8.count), with: Array(text.utf8))
        }
        put(name, 0)
        put("0000644\u{0}0000000\u{0}0000000\u{0}", 100)
        let octal = String(content.count, radix: 8)
        put(size ?? String(repeating: "0", count: 11 - octal.count) + octal, 124)
        put("00000000000", 136)
        put("        ", 148)
        put(String(type), 156)
        put(magic, 257)
        put(prefix, 345)
        edit(&block)
        let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
        put(String(repeating: "0", count: 6 - sum.count) + sum + "\u{0} ", 148)
        spoil(&block)
        bytes += block + content
        bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    /// A pax header with these records.
    mutating func addRecords(_ records: [(String, String)], type: Character = "x") {
        let content = records.flatMap { key, value in
            let rest = " \(key)=\(value)\n".utf8.count
            var length = rest + 1
            while "\(length)".utf8.count + rest != length { length += 1 }
            return Array("\(length) \(key)=\(value)\n".utf8)
        }
        add("pax", content, type: type)
    }

    /// The archive with its end.
    var finished: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

    /// The archive that `build` makes.
    static func archive(_ build: (inout TarBuilder) -> Void) -> [UInt8] {
        var builder = TarBuilder()
        build(&builder)
        return builder.finished
    }
}
