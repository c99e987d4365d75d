import Checkpoints
import Faces
import Foundation
import ICPortrait
import Images

/// Everything that a portrait follows from; written into it, so that `likeness replay` makes it again.
/// Files go by name and hash: no path of this machine is in it.
struct PortraitRecord: Codable, Equatable {
    /// A picture that was read.
    struct File: Codable, Equatable {
        let name: String
        let sha256: String
        /// Other programs' words in it, which a portrait made from it keeps; not part of the record.
        private(set) var carried: [TextMetadata.Entry] = []

        private enum CodingKeys: String, CodingKey { case name, sha256 }

        init(_ path: String, _ bytes: [UInt8]) {
            (name, sha256) = (pathParts(path).name, SHA256.hex(bytes))
            carried = TextMetadata.carried(from: bytes)
        }

        static func == (a: File, b: File) -> Bool { (a.name, a.sha256) == (b.name, b.sha256) }
    }

    /// Whom one face becomes.
    struct Person: Codable, Equatable {
        /// Of the reference's faces from the left, from 1; nil if there is one, or a box says it.
        var face: Int?
        /// Left, top, right, bottom; pixels.
        var box: [Double]?
        /// Photos of the person.
        var profiles: [File]
        /// Which of them it was made from.
        var chosen: Int
    }

    var program = Version.text
    var method = "ic-portrait"
    var model: String
    /// Of the weights; another one makes other pictures.
    var fingerprint: String
    var reference: File
    var people: [Person]
    /// Where the face of the profile photos is, if a box said so.
    var profileBox: [Double]?
    var seed: UInt64
    var scheduler: String
    var dtype: String
    /// Where it was computed.
    var device: String
    var settings: ICPortraitSettings

    /// Which face of the profile photos was meant.
    var profileFace: FaceChoice {
        guard let box = profileBox, box.count == 4 else { return .any }
        return .box(FaceBox(left: box[0], top: box[1], right: box[2], bottom: box[3]))
    }

    /// A1111's `parameters`, which many tools show, and all of it as JSON.
    func metadata() throws -> TextMetadata {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let names = people.map { person in
            let name = person.profiles[person.chosen].name
            return person.face.map { "\($0)=\(name)" } ?? name
        }
        let fields = [
            "Steps: \(settings.steps)", "Sampler: \(scheduler)",
            "CFG scale: \(String(format: "%g", settings.guidance))", "Seed: \(seed)",
            "Model: \(model)",
            "Denoising strength: "
                + settings.strengths.map { String(format: "%g", $0) }.joined(separator: " "),
            "Version: \(program)",
        ]
        return TextMetadata(
            [
                .init(
                    TextMetadata.parametersKeyword,
                    "\(names.joined(separator: ", ")) as \(reference.name)\n"
                        + fields.joined(separator: ", ")),
                .init(
                    TextMetadata.likenessKeyword,
                    String(decoding: try encoder.encode(self), as: UTF8.self)),
            ])
    }
}

extension PortraitRecord {
    /// Whether four sides can be a box, if there are any.
    private static func isBox(_ sides: [Double]?) -> Bool {
        guard let sides else { return true }
        return sides.count == 4 && sides.allSatisfy { abs($0) < 1e6 }
    }

    /// Pictures that this program wrote may be larger than photos that it reads.
    static let byteLimit = 1 << 28

    /// What the program wrote into a picture.
    init(in path: String) throws {
        let bytes = try Input.bytes(of: path, limit: Self.byteLimit)
        let (text, _) = TextMetadata.read(from: bytes)
        guard let json = text.likeness else {
            throw CommandError(
                "\(path): expected a portrait that likeness made, found a picture that says "
                    + "nothing of how it was made; metadata are lost when a picture is saved anew",
                code: Failure.badInput)
        }
        let said = try? JSONValue(Array(json.utf8))
        guard let said, said["method"] == .string("ic-portrait"), let own = said["settings"] else {
            throw CommandError(
                "\(path): expected a portrait by `likeness generate`, found a picture that "
                    + "another command made", code: Failure.badInput)
        }
        // Settings that are newer than the picture have their defaults.
        let settings = try ICPortraitSettings(json: Array(own.text.utf8), from: path)
        let whole = try said.with(["settings": settings.json()])
        guard let record = try? JSONDecoder().decode(Self.self, from: Data(whole.text.utf8)),
            record.people.allSatisfy({ $0.profiles.indices.contains($0.chosen) }),
            record.people.allSatisfy({ ($0.face ?? 1) >= 1 && Self.isBox($0.box) }),
            Self.isBox(record.profileBox), (try? settings.check()) != nil
        else {
            throw CommandError(
                "\(path): expected the record of a portrait, found a damaged one, or one of "
                    + "another version", code: Failure.badInput)
        }
        self = record
    }
}
