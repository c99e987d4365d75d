import Checkpoints
import Images

/// A folder of photographs, one folder a person, found to be usable.
///
/// Names starting with a dot, and files that are neither pictures nor `person.json`, are passed
/// over. Everything is in the order of the names' bytes.
struct PhotoFolder {
    /// One person's folder.
    struct Person: Sendable {
        let name: String
        let file: PersonFile
        let photos: [Photo]
    }

    /// One photograph.
    struct Photo: Sendable {
        /// In the person's folder.
        let name: String
        /// Of the whole file when it was checked.
        let sha256: String
    }

    let persons: [Person]
    /// Changes with any name or content.
    let sha256: String

    /// What people call pictures; those that are not read here are refused rather than missed.
    private static let endings: Set<String> = [
        "jpg", "jpeg", "png", "webp", "tif", "tiff", "heic", "heif", "avif", "gif", "bmp",
    ]

    /// Lists a folder and reads every file's header, on several threads.
    ///
    /// - Throws: ``ShardError`` with all files that cannot be used.
    init(_ root: String, codec: VipsCodec, threads: Int) throws {
        var faults: [ShardError.Photo] = []
        var drafts: [(name: String, photos: [String])] = []
        for name in try Self.visible(root) {
            if Self.isPicture(name) {
                faults.append(.init(name: name, reason: "it is in no person's folder"))
            } else if isFolder("\(root)/\(name)") {
                let photos = try Self.visible("\(root)/\(name)").filter(Self.isPicture)
                if !photos.isEmpty { drafts.append((name, photos)) }
            }
        }
        guard !drafts.isEmpty || !faults.isEmpty else { throw ShardError(root, .noPersons) }
        var pending = drafts.flatMap { draft in draft.photos.map { (draft.name, $0) } }[...]
        let checks = OrderedPipeline(
            threads: threads, window: 2 * threads, draw: { pending.popFirst() },
            work: { person, photo in
                Self.check("\(root)/\(person)/\(photo)", as: "\(person)/\(photo)", codec)
            })
        var persons: [Person] = []
        for draft in drafts {
            var photos: [Photo] = []
            for name in draft.photos {
                switch try checks.next() {
                case .success(let sha256): photos.append(Photo(name: name, sha256: sha256))
                case .failure(let fault): faults.append(fault.photo)
                case nil: break
                }
            }
            switch PersonFile.read(in: "\(root)/\(draft.name)", photos: Set(draft.photos)) {
            case .success(let file):
                persons.append(Person(name: draft.name, file: file, photos: photos))
            case .failure(let reason):
                faults.append(
                    .init(name: "\(draft.name)/\(PersonFile.name)", reason: reason.text))
            }
        }
        guard faults.isEmpty else {
            let files = drafts.reduce(0) { $0 + $1.photos.count }
            throw ShardError(root, .photos(faults, of: files))
        }
        self.persons = persons
        sha256 = Self.hash(persons)
    }

    private struct Fault: Error { let photo: ShardError.Photo }

    /// The hash of a photograph whose header could be read.
    private static func check(
        _ path: String, as name: String, _ codec: VipsCodec
    ) -> Result<String, Fault> {
        do {
            let bytes = try photoBytes(path, codec.limits)
            _ = try codec.header(of: bytes)
            return .success(SHA256.hex(bytes))
        } catch {
            let reason = sentence(error, without: path)
            return .failure(Fault(photo: .init(name: name, reason: reason)))
        }
    }

    private static func hash(_ persons: [Person]) -> String {
        var lines = ""
        for person in persons {
            lines += "\(JSONValue.string(person.name).text) \(person.file.sha256)\n"
            for photo in person.photos {
                lines += "\(JSONValue.string(photo.name).text) \(photo.sha256)\n"
            }
        }
        return SHA256.hex(lines.utf8)
    }

    private static func visible(_ folder: String) throws -> [String] {
        try names(in: folder).filter { !$0.hasPrefix(".") }
    }

    private static func isPicture(_ name: String) -> Bool {
        guard let dot = name.lastIndex(of: ".") else { return false }
        return endings.contains(name[name.index(after: dot)...].lowercased())
    }
}

/// A photograph's bytes; one that is too large is not read at all.
func photoBytes(_ path: String, _ limits: ImageLimits) throws -> [UInt8] {
    let file = try InputFile(path)
    try limits.check(byteCount: file.size)
    return try file.bytes(at: 0, count: file.size)
}

/// An error's sentence for the inside of another: no full stop, and no path, which is said before.
func sentence(_ error: any Error, without path: String) -> String {
    var text = "\(error)"
    if text.hasPrefix("\(path): ") { text.removeFirst(path.count + 2) }
    if text.hasSuffix(".") { text.removeLast() }
    return shortened(text)
}
