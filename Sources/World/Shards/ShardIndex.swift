import Checkpoints

/// Where each sample of a tar file starts: eight bytes a sample, read from the headers alone.
struct ShardIndex: Sendable {
    /// First header of each sample.
    let starts: [Int]
    /// Of the file when it was looked through.
    let size: Int

    /// Looks through a file's headers and checks the whole archive.
    ///
    /// - Throws: ``ShardError`` if it is damaged, hostile, or repeats a member.
    init(_ file: InputFile) throws {
        var reader = TarReader(file)
        var starts: [Int] = []
        var key: String?
        var suffixes = Set<String>()
        while let member = try reader.next() {
            guard let name = MemberName.parts(member.name) else { continue }
            if name.key != key {
                starts.append(member.start)
                key = name.key
                suffixes = []
            }
            guard suffixes.insert(name.suffix).inserted else {
                throw ShardError(
                    file.path,
                    .tar(
                        offset: member.start, expected: "every member of a sample once",
                        found: quoted(member.name) + " again"))
            }
        }
        self.starts = starts
        size = file.size
    }

    /// Reads the sample at `ordinal`, from 0, of the file that this index was made of.
    ///
    /// - Throws: ``ShardError`` if the file is another by now.
    func sample(_ ordinal: Int, from file: InputFile) throws -> Sample {
        guard file.size == size else {
            throw ShardError(
                file.path, .damaged(expected: "\(size) bytes", found: "\(file.size)"))
        }
        var reader = TarReader(file, at: starts[ordinal])
        var sample: Sample?
        while let member = try reader.next() {
            guard let (key, suffix) = MemberName.parts(member.name) else { continue }
            if let sample, sample.key != key { break }
            let bytes = try reader.bytes(of: member)
            sample = sample ?? Sample(key: key, members: [])
            sample?.members.append(Sample.Member(suffix, bytes))
        }
        guard let sample else {
            throw ShardError(
                file.path, .damaged(expected: "sample \(ordinal)", found: "the end of the file"))
        }
        return sample
    }
}

/// A tar file of a data set, as far as it is known without reading it.
struct ShardFile: Sendable {
    let path: String
    /// What a manifest says of it.
    let entry: ShardManifest.Shard?

    /// Opens it; a file other than the manifest's is refused by its size.
    func open() throws -> InputFile {
        let file = try InputFile(path)
        if let entry, file.size != entry.bytes {
            throw ShardError(
                path, .damaged(expected: "\(entry.bytes) bytes", found: "\(file.size)"))
        }
        return file
    }

    /// Looks through its headers; a file of another number of samples is refused.
    /// With `hashing` the whole file is compared with the manifest's SHA-256 first.
    func index(hashing: Bool) throws -> ShardIndex {
        let file = try open()
        if hashing { try checkHash(of: file) }
        let index = try ShardIndex(file)
        if let entry, index.starts.count != entry.samples {
            throw ShardError(
                path,
                .damaged(expected: "\(entry.samples) samples", found: "\(index.starts.count)"))
        }
        return index
    }

    /// Throws unless the file is there, whole, and the manifest's.
    func verify() throws { try checkHash(of: open()) }

    private func checkHash(of file: InputFile) throws {
        guard let entry else { return }
        var hash = SHA256()
        for start in stride(from: 0, to: file.size, by: 1 << 20) {
            let bytes = try file.bytes(at: start, count: min(1 << 20, file.size - start))
            bytes.withUnsafeBytes { hash.update($0) }
        }
        let found = hash.finish()
        guard found == entry.sha256 else {
            throw ShardError(
                path, .damaged(expected: "SHA-256 \(entry.sha256)", found: found))
        }
    }
}
