/// Texts that travel inside a picture file, in order.
///
/// Where they live: PNG has text chunks for any keyword. JPEG and WebP hold ``parametersKeyword`` as
/// EXIF UserComment, where Stable Diffusion programs look for it; other keywords become JPEG comment
/// segments, and in WebP the one EXIF ImageDescription, each as `keyword: text`. XMP has a place of
/// its own in all three.
public struct TextMetadata: Equatable, Sendable {
    /// One text and its name.
    public struct Entry: Equatable, Sendable {
        /// 1...79 Latin-1 characters.
        public var keyword: String
        /// Any text without NUL characters.
        public var text: String

        /// An entry.
        ///
        /// - Parameters:
        ///   - keyword: 1...79 Latin-1 characters.
        ///   - text: any text without NUL characters.
        public init(_ keyword: String, _ text: String) {
            self.keyword = keyword
            self.text = text
        }
    }

    /// `parameters`: prompt and settings in the form that AUTOMATIC1111's web UI writes.
    public static let parametersKeyword = "parameters"
    /// `likeness`: our own record, JSON.
    public static let likenessKeyword = "likeness"
    /// `XML:com.adobe.xmp`: an XMP packet.
    public static let xmpKeyword = "XML:com.adobe.xmp"

    /// The texts, in the order of the file.
    public var entries: [Entry]

    /// Texts to store.
    ///
    /// - Parameter entries: in the order to store them.
    public init(_ entries: [Entry] = []) { self.entries = entries }

    /// The first text under a keyword; setting it replaces that one or appends, nil removes all.
    ///
    /// - Parameter keyword: exact, as case matters.
    public subscript(keyword: String) -> String? {
        get { entries.first { $0.keyword == keyword }?.text }
        set {
            guard let newValue else {
                entries.removeAll { $0.keyword == keyword }
                return
            }
            if let index = entries.firstIndex(where: { $0.keyword == keyword }) {
                entries[index].text = newValue
            } else {
                entries.append(Entry(keyword, newValue))
            }
        }
    }

    /// The generation parameters, or nil.
    public var parameters: String? { self[Self.parametersKeyword] }
    /// Our JSON record, or nil.
    public var likeness: String? { self[Self.likenessKeyword] }

    /// Reads the texts of a PNG, JPEG or WebP; other formats have none.
    ///
    /// Never fails: a damaged file yields what precedes the damage. Whatever was left out is noted.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - limits: how much to take; the rest is left out, with a note.
    /// - Returns: the texts, and a sentence for each thing left out.
    public static func read(
        from bytes: [UInt8], limits: TextLimits = TextLimits()
    ) -> (text: TextMetadata, notes: [String]) {
        var collector = TextCollector(limits: limits)
        switch ImageFormat(sniffing: bytes) {
        case .png: PNGChunks.readText(bytes, into: &collector)
        case .jpeg: JPEGSegments.readText(bytes, into: &collector)
        case .webp: WebPChunks.readText(bytes, into: &collector)
        default: break
        }
        return (TextMetadata(collector.entries), collector.notes)
    }

    /// The file with these texts and no others; `bytes` is a file fresh from our encoder.
    package func stored(
        in bytes: [UInt8], format: ImageFormat, limits: TextLimits = TextLimits()
    ) throws -> [UInt8] {
        guard !entries.isEmpty || format == .webp else { return bytes }
        try check(limits)
        return switch format {
        case .png: try PNGChunks.adding(self, to: bytes)
        case .jpeg: try JPEGSegments.adding(self, to: bytes)
        case .webp: try WebPChunks.adding(self, to: bytes)
        default: throw ImageError.notEncoded(format: format, detail: "it holds no texts")
        }
    }

    func check(_ limits: TextLimits) throws {
        guard entries.count <= limits.count else {
            throw ImageError.tooMuchText(
                found: entries.count, limit: limits.count, unit: "entries")
        }
        let total = entries.reduce(0) { $0 + $1.text.utf8.count }
        guard total <= limits.bytes else {
            throw ImageError.tooMuchText(found: total, limit: limits.bytes, unit: "bytes")
        }
        for entry in entries {
            let scalars = entry.keyword.unicodeScalars
            let printable = scalars.allSatisfy {
                (0x20...0x7E).contains($0.value) || (0xA1...0xFF).contains($0.value)
            }
            guard (1...79).contains(scalars.count), printable,
                !entry.keyword.hasPrefix(" "), !entry.keyword.hasSuffix(" ")
            else {
                throw ImageError.badText(
                    keyword: entry.keyword,
                    detail: "a keyword is 1 to 79 Latin-1 characters without outer spaces")
            }
            guard !entry.text.utf8.contains(0) else {
                throw ImageError.badText(
                    keyword: entry.keyword, detail: "it contains a NUL character")
            }
        }
    }
}

/// How much text is read from or written to a file.
public struct TextLimits: Equatable, Sendable {
    /// Most entries.
    public var count: Int
    /// Most bytes of all entries together, as UTF-8.
    public var bytes: Int

    /// Limits; the defaults are 64 entries and 1 MiB.
    ///
    /// - Parameters:
    ///   - count: most entries.
    ///   - bytes: most bytes altogether.
    public init(count: Int = 64, bytes: Int = 1 << 20) {
        self.count = count
        self.bytes = bytes
    }
}

/// Gathers entries while a file is read, and stops at the limits.
package struct TextCollector {
    package private(set) var entries: [TextMetadata.Entry] = []
    package private(set) var notes: [String] = []
    private let limits: TextLimits
    private var bytes = 0

    package init(limits: TextLimits) { self.limits = limits }

    package mutating func add(_ keyword: String, _ text: String) {
        let size = keyword.utf8.count + text.utf8.count
        guard entries.count < limits.count, size <= limits.bytes - bytes else {
            note("Texts beyond \(limits.count) entries or \(limits.bytes) bytes were left out.")
            return
        }
        bytes += size
        entries.append(.init(keyword, text))
    }

    /// Adds a sentence, once, and a bounded number of them.
    package mutating func note(_ sentence: String) {
        if notes.count < 16, !notes.contains(sentence) {
            notes.append(sentence)
        }
    }
}
