import ArgumentParser
import Checkpoints
import Foundation
import Images

/// `likeness photo FILE -o OUT.png`: what the program sees of a photo.
struct Photo: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Show what the program sees of a photo: upright, sRGB, 8 bits, flattened, resized.",
        discussion: """
            Reads JPEG, PNG, WebP and TIFF; HEIF and AVIF with --allow-heif. A file of more than 20 \
            MiB, a side outside 64...16384 pixels or more than 50 megapixels is refused before \
            anything is decoded. The output holds pixels only: no EXIF, no place, no thumbnail.
            """)

    @Argument(help: "The photo.")
    var file: String

    @Option(
        name: .shortAndLong,
        help: "The picture to write: .png, .jpg or .webp; none is needed with --metadata.")
    var output: String?

    @Flag(
        help: ArgumentHelp(
            "Show the words in the file, and write nothing.",
            discussion: "Likeness' own record, A1111's parameters, ComfyUI's prompt and workflow."))
    var metadata = false

    @Option(
        help: "Resize: N for the shorter side, or WIDTHxHEIGHT.", transform: Size.init(parsing:))
    var size: Size?

    @Option(help: "How to resize: \(Resample.allCases.map(\.rawValue).joined(separator: ", ")).")
    var resample: Resample = .pilBicubic

    @Flag(help: "Read HEIF and AVIF too; their decoders have a worse security record.")
    var allowHeif = false

    @Flag(help: "Replace an existing output file.")
    var force = false

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        let input: String
        let output: String
        let format: String
        let originalWidth: Int
        let originalHeight: Int
        let width: Int
        let height: Int
        let notes: [String]
    }

    /// The words in a file.
    struct Words: Encodable {
        struct Entry: Encodable {
            let keyword, text: String
        }
        let input: String
        let entries: [Entry]
        let notes: [String]
    }

    func validate() throws {
        guard metadata != (output != nil) else {
            throw ValidationError("expected either --output or --metadata.")
        }
    }

    func run() throws {
        try reporting.run {
            guard let output else { return try showWords() }
            try Output.check(output, force: force)
            let kind = try OutputFormat(path: output)
            let codec = try VipsCodec(
                formats: VipsCodec.usualFormats.union(allowHeif ? [.heif, .avif] : []))
            let bytes = try Input.bytes(of: file, limit: codec.limits.bytes)
            let decoded = try Input.naming(file) { try codec.decode(bytes) }
            let header = decoded.provenance.header
            let image = try resized(decoded.image)
            try AtomicFile.write(try codec.encode(image, as: kind), to: output)
            let report = Report(
                input: file, output: output, format: header.format.name,
                originalWidth: header.width, originalHeight: header.height, width: image.width,
                height: image.height, notes: decoded.provenance.notes)
            try reporting.result(report, text: text(report))
        }
    }

    private func showWords() throws {
        let bytes = try Input.bytes(of: file, limit: 1 << 28)
        guard ImageFormat(sniffing: bytes) != nil else {
            throw CommandError(
                "\(file): expected a picture, found a file of another kind", code: Failure.badInput)
        }
        let (text, notes) = TextMetadata.read(from: bytes)
        let entries = text.entries.map { Words.Entry(keyword: $0.keyword, text: $0.text) }
        let lines = entries.map { "\($0.keyword):\n\($0.text)" } + notes
        try reporting.result(
            Words(input: file, entries: entries, notes: notes),
            text: lines.isEmpty ? "\(file): no words" : lines.joined(separator: "\n\n"))
    }

    private func resized(_ image: Image) throws -> Image {
        switch size {
        case nil: image
        case .shorter(let side): try image.resized(shorter: side, resample)
        case .exactly(let width, let height):
            try image.resized(width: width, height: height, resample)
        }
    }

    private func text(_ report: Report) -> String {
        let head =
            "\(report.output): \(report.width) x \(report.height), from \(report.format) of "
            + "\(report.originalWidth) x \(report.originalHeight)"
        return ([head] + report.notes.map { "  \($0)" }).joined(separator: "\n")
    }
}

extension Resample: ExpressibleByArgument {}

/// `512`, the shorter side, or `512x640`, both.
enum Size {
    case shorter(Int)
    case exactly(Int, Int)

    init(parsing text: String) throws {
        let sides = text.split(separator: "x", omittingEmptySubsequences: false).compactMap {
            Int($0).flatMap { (1...16384).contains($0) ? $0 : nil }
        }
        let parts = text.count { $0 == "x" } + 1
        switch (sides.count, parts) {
        case (1, 1): self = .shorter(sides[0])
        case (2, 2): self = .exactly(sides[0], sides[1])
        default:
            throw ValidationError("expected N or WIDTHxHEIGHT, each 1 to 16384 pixels.")
        }
    }
}

extension OutputFormat {
    /// The format that a file's name asks for.
    init(path: String) throws {
        switch URL(fileURLWithPath: path).pathExtension.lowercased() {
        case "png": self = .png()
        case "jpg", "jpeg": self = .jpeg()
        case "webp": self = .webp()
        case let other:
            throw CommandError(
                "\(path): expected a name that ends in .png, .jpg or .webp, found "
                    + (other.isEmpty ? "none of them" : ".\(other)"),
                code: Failure.badOutput)
        }
    }
}
