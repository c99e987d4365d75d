import Checkpoints

extension ShardManifest {
    private static let format = "likeness-shards"

    /// The file's content; the same for equal manifests.
    var json: [UInt8] {
        let value: JSONValue = [
            "format": .string(Self.format), "format_version": 1,
            "version": .string(version), "seed": .number("\(seed)"),
            "settings": .object(settings.mapValues(JSONValue.string)),
            "samples": .number("\(samples)"), "samples_per_shard": .number("\(samplesPerShard)"),
            "shards": .array(
                shards.map { shard in
                    [
                        "file": .string(shard.file), "first": .number("\(shard.first)"),
                        "samples": .number("\(shard.samples)"),
                        "bytes": .number("\(shard.bytes)"), "sha256": .string(shard.sha256),
                    ]
                }),
        ]
        return Array((value.text + "\n").utf8)
    }

    /// Reads a manifest and checks that its parts fit together, so that file names, counts and
    /// order can be relied on; the shards themselves are not looked at.
    ///
    /// - Parameters:
    ///   - bytes: the file's content.
    ///   - path: for messages.
    /// - Throws: ``ShardError``.
    init(_ bytes: [UInt8], path: String) throws {
        do {
            let fields = ManifestFields(value: try JSONValue(bytes), name: "the manifest")
            let format = try fields.text("format")
            let number = try fields.count("format_version")
            guard format == Self.format, number == 1 else {
                throw ManifestFields.Fault(
                    expected: "\(Self.format) 1", found: "\(shortened(format)) \(number)")
            }
            version = try fields.text("version")
            seed = try fields.seed("seed")
            settings = try fields.texts("settings")
            samples = try fields.count("samples")
            samplesPerShard = try fields.count("samples_per_shard")
            guard samples > 0, samplesPerShard > 0 else {
                throw ManifestFields.Fault(expected: "at least one sample", found: "none")
            }
            shards = try fields.list("shards").map(Shard.init)
            try checkShards()
        } catch let fault as ManifestFields.Fault {
            throw ShardError(path, .manifest(expected: fault.expected, found: fault.found))
        } catch let failure as JSONCursor.Failure {
            throw ShardError(
                path,
                .manifest(
                    expected: failure.expected,
                    found: "\(failure.found) at byte \(failure.offset)"))
        }
    }

    private func checkShards() throws {
        var last = -1
        for shard in shards {
            let number = shard.first / samplesPerShard
            guard number > last, number < shardCount, shard.file == Self.file(ofShard: number),
                indices(ofShard: number) == shard.first..<(shard.first + shard.samples)
            else {
                throw ManifestFields.Fault(
                    expected: "shards in order, of \(samplesPerShard) samples each",
                    found: quoted(shard.file) + " with \(shard.samples) from \(shard.first) on")
            }
            last = number
        }
    }
}

extension ShardManifest.Shard {
    fileprivate init(_ fields: ManifestFields) throws {
        file = try fields.text("file")
        first = try fields.count("first")
        samples = try fields.count("samples")
        bytes = try fields.count("bytes")
        sha256 = try fields.text("sha256")
        let isHash = sha256.utf8.count == 64 && sha256.allSatisfy { $0.isHexDigit }
        guard isHash else {
            throw ManifestFields.Fault(expected: "a SHA-256", found: quoted(sha256))
        }
    }
}

/// The fields of a JSON object, each demanded with its type.
private struct ManifestFields {
    struct Fault: Error {
        let expected: String
        let found: String
    }

    let value: JSONValue
    let name: String

    func text(_ key: String) throws -> String {
        guard case .string(let text) = value[key] else { throw fault(key, "a text") }
        return text
    }

    /// A whole number that is not negative; so bounded that sums of two cannot overflow.
    func count(_ key: String) throws -> Int {
        guard case .number(let text) = value[key], let number = Int(text),
            (0..<(1 << 60)).contains(number)
        else { throw fault(key, "a whole number") }
        return number
    }

    func seed(_ key: String) throws -> UInt64 {
        guard case .number(let text) = value[key], let number = UInt64(text) else {
            throw fault(key, "a whole number of at most 64 bits")
        }
        return number
    }

    func texts(_ key: String) throws -> [String: String] {
        guard case .object(let members) = value[key] else { throw fault(key, "an object") }
        return try members.mapValues { value in
            guard case .string(let text) = value else { throw fault(key, "texts") }
            return text
        }
    }

    func list(_ key: String) throws -> [ManifestFields] {
        guard case .array(let elements) = value[key] else { throw fault(key, "a list") }
        return elements.map { ManifestFields(value: $0, name: key) }
    }

    private func fault(_ key: String, _ expected: String) -> Fault {
        Fault(
            expected: "\(expected) for \(quoted(key)) in \(name)",
            found: value[key]?.phrase ?? "nothing")
    }
}
