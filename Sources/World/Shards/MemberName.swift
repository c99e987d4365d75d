import Checkpoints

/// Names of files within tar archives: which are safe, and how WebDataset reads them.
package enum MemberName {
    /// The longest name that our headers hold, in bytes.
    package static let longest = 100

    /// Why a name is refused; nil for one that stays within the folder it is unpacked in.
    ///
    /// - Parameter bytes: the name as the archive holds it.
    /// - Returns: the end of a sentence that starts with "found".
    package static func fault(_ bytes: some Collection<UInt8>) -> String? {
        guard !bytes.isEmpty else { return "an empty name" }
        guard let name = String(validating: bytes, as: UTF8.self) else {
            return "a name that is not UTF-8"
        }
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            return "control characters in \(quoted(name))"
        }
        guard bytes.first != UInt8(ascii: "/") else { return "the absolute name \(quoted(name))" }
        let leaves = name.split(separator: "/").contains { $0 == ".." }
        return leaves ? "\"..\" in \(quoted(name))" : nil
    }

    /// The sample's key and the member's suffix in lower case, parted at the first dot of the last
    /// component, as `webdataset` does. Nil for what it passes over, such as `README` and whatever
    /// is under `__meta__/`, and for hidden files, which it would take for members.
    package static func parts(_ name: String) -> (key: String, suffix: String)? {
        let bytes = Array(name.utf8)
        let last = bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        let top = bytes.prefix { $0 != UInt8(ascii: "/") }
        let marks = Array("__".utf8)
        let isMeta = top.count >= 4 && top.starts(with: marks) && top.suffix(2) == marks[...]
        guard !isMeta, let dot = bytes[last...].firstIndex(of: UInt8(ascii: ".")), dot > last,
            dot + 1 < bytes.count
        else { return nil }
        return (
            String(decoding: bytes[..<dot], as: UTF8.self),
            String(decoding: bytes[(dot + 1)...], as: UTF8.self).lowercased()
        )
    }
}

extension Sample {
    /// Why a shard cannot hold the sample so that it is read back the same; nil if it can.
    var fault: String? {
        guard !members.isEmpty else { return "a sample without members" }
        var suffixes = Set<String>()
        for member in members {
            let name = "\(key).\(member.suffix)"
            guard name.utf8.count <= MemberName.longest else {
                return "the name \(quoted(name)) of more than \(MemberName.longest) bytes"
            }
            if let fault = MemberName.fault(name.utf8) { return fault }
            guard let parts = MemberName.parts(name), parts == (key, member.suffix) else {
                return "the name \(quoted(name)), which is not read as a key and a suffix"
            }
            guard suffixes.insert(member.suffix).inserted else {
                return "two members \(quoted(name))"
            }
        }
        return nil
    }
}
