import Checkpoints
import Images

/// A user's own photographs as samples: a folder with one folder a person in it.
///
/// Each sample is a square picture, cut from the middle, and a JSON object: the person's folder name
/// and number, the view's number, the file's name, sizes, and what `person.json` says (captions,
/// cameras, anything else). Metadata of the photographs, such as places, is not carried over.
/// Samples go person by person, photographs in the order of their names' bytes.
public struct PhotoFolderSource: SampleSource {
    /// How photographs become samples.
    public struct Options: Sendable {
        /// Side of the pictures, in pixels.
        public var size: Int
        /// PNG or JPEG, and how well.
        public var format: OutputFormat
        /// What a file may ask for.
        public var limits: ImageLimits
        /// Threads that check the files before work begins.
        public var threads: Int

        /// Options.
        ///
        /// - Parameters:
        ///   - size: side of the pictures, in pixels.
        ///   - format: PNG unless given.
        ///   - limits: what a file may ask for.
        ///   - threads: threads that check the files.
        public init(
            size: Int, format: OutputFormat = .png(), limits: ImageLimits = ImageLimits(),
            threads: Int = 2
        ) {
            self.size = size
            self.format = format
            self.limits = limits
            self.threads = threads
        }
    }

    /// Names this code and the content of every file, so that changed photographs are noticed.
    public var version: String { "photos-1-\(folder.sha256.prefix(32))" }
    /// Nothing is left to chance.
    public var seed: UInt64 { 0 }
    /// The size and the format of the pictures.
    public var settings: [String: String] {
        ["size": "\(options.size)", "format": options.format.words]
    }
    /// Photographs of all persons.
    public var count: Int { places.count }

    private let root: String
    private let options: Options
    private let codec: VipsCodec
    private let folder: PhotoFolder
    /// For each sample, the person's number and the photograph's.
    private let places: [(person: Int, view: Int)]

    /// Lists a folder and checks every file in it: names, headers, limits, `person.json`.
    ///
    /// - Parameters:
    ///   - root: the folder that holds the persons' folders.
    ///   - options: size and format of the samples.
    /// - Throws: ``ShardError`` naming all files that cannot be used; `ImageError` if libvips does
    ///   not start.
    public init(_ root: String, _ options: Options) throws {
        guard (1...16384).contains(options.size) else {
            throw ShardError(
                "", .option(name: "the size", expected: "1...16384", found: "\(options.size)"))
        }
        self.root = root
        self.options = options
        codec = try VipsCodec(limits: options.limits)
        folder = try PhotoFolder(root, codec: codec, threads: options.threads)
        places = folder.persons.enumerated().flatMap { number, person in
            person.photos.indices.map { (number, $0) }
        }
    }

    /// Makes one sample.
    ///
    /// - Parameter index: `0..<count`.
    /// - Returns: a picture, `png`, `jpg` or `webp`, and a `json`.
    /// - Throws: ``ShardError`` naming a photograph that has changed since it was checked, or whose
    ///   pixels are damaged.
    public func sample(at index: Int) throws -> Sample {
        let place = places[index]
        let person = folder.persons[place.person]
        let photo = person.photos[place.view]
        let path = "\(root)/\(person.name)/\(photo.name)"
        do {
            let bytes = try photoBytes(path, options.limits)
            guard SHA256.hex(bytes) == photo.sha256 else {
                throw CheckpointError(file: path, .changedWhileReading)
            }
            let image = try codec.decode(bytes).image
            let side = min(image.width, image.height)
            let square = try image.centreCropped(width: side, height: side)
                .resized(width: options.size, height: options.size, .pilLanczos)
            let suffix = options.format.format == .jpeg ? "jpg" : options.format.format.rawValue
            let json = describe(person, place, photo, image)
            return Sample(
                key: Sample.key(for: index),
                members: [
                    .init(suffix, try codec.encode(square, as: options.format)),
                    .init("json", Array((json.text + "\n").utf8)),
                ])
        } catch {
            throw ShardError(
                root,
                .photos(
                    [
                        .init(
                            name: "\(person.name)/\(photo.name)",
                            reason: sentence(error, without: path))
                    ], of: count))
        }
    }

    private func describe(
        _ person: PhotoFolder.Person, _ place: (person: Int, view: Int),
        _ photo: PhotoFolder.Photo, _ image: Image
    ) -> JSONValue {
        var value: [String: JSONValue] = [
            "person": .string(person.name), "person_number": .number("\(place.person)"),
            "view": .number("\(place.view)"), "views": .number("\(person.photos.count)"),
            "file": .string(photo.name),
            "size": [.number("\(options.size)"), .number("\(options.size)")],
            "source_size": [.number("\(image.width)"), .number("\(image.height)")],
        ]
        value["caption"] = person.file.captions[photo.name].map(JSONValue.string)
        value["camera"] = person.file.cameras[photo.name]
        value["about"] = person.file.rest
        return .object(value)
    }
}

extension OutputFormat {
    /// For manifests: everything that the bytes depend on.
    fileprivate var words: String {
        switch self {
        case .jpeg(let quality, let fullChroma):
            "JPEG of quality \(quality), \(fullChroma ? "4:4:4" : "4:2:0")"
        case .png(let compression): "PNG of compression \(compression)"
        case .webp(let quality): "WebP of quality \(quality)"
        case .losslessWebP: "lossless WebP"
        }
    }
}
