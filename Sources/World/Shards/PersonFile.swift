import Checkpoints

/// What a user says about a person: `person.json` beside the photographs.
///
/// Any JSON object. Two of its keys are understood: `captions`, a text for each file name, and
/// `cameras`, for each file name the 25 numbers of EG3D (the 4x4 matrix from camera to world, row by
/// row, then the 3x3 intrinsics, in sides of the square that is cut out). The rest is handed on as it
/// is.
struct PersonFile: Sendable {
    static let name = "person.json"

    let captions: [String: String]
    /// 25 numbers each, as they stand in the file.
    let cameras: [String: JSONValue]
    /// The other keys; nil when there is no file.
    let rest: JSONValue?
    /// Of the file; empty when there is none.
    let sha256: String

    /// Why a file is refused, a sentence without its full stop.
    struct Fault: Error { let text: String }

    /// Reads the file of a folder, if there is one.
    ///
    /// - Parameters:
    ///   - folder: the person's.
    ///   - photos: the names that captions and cameras may speak of.
    /// - Returns: what it says, or why it is refused.
    static func read(in folder: String, photos: Set<String>) -> Result<PersonFile, Fault> {
        let path = "\(folder)/\(name)"
        do {
            guard try names(in: folder).contains(name) else {
                return .success(PersonFile(captions: [:], cameras: [:], rest: nil, sha256: ""))
            }
            let file = try InputFile(path)
            guard file.size <= 1 << 20 else {
                throw Fault(text: "expected at most 1 MiB, found \(file.size) bytes")
            }
            return .success(
                try PersonFile(try file.bytes(at: 0, count: file.size), photos: photos))
        } catch let fault as Fault {
            return .failure(fault)
        } catch let failure as JSONCursor.Failure {
            return .failure(
                Fault(
                    text: "expected \(failure.expected), found \(failure.found) at byte "
                        + "\(failure.offset)"))
        } catch {
            return .failure(Fault(text: sentence(error, without: path)))
        }
    }
}

extension PersonFile {
    private init(_ bytes: [UInt8], photos: Set<String>) throws {
        let value = try JSONValue(bytes)
        guard case .object = value else {
            throw Fault(text: "expected an object, found \(value.phrase)")
        }
        captions = try Self.values(of: "captions", in: value, photos).mapValues {
            guard case .string(let text) = $0 else {
                throw Fault(text: "expected texts in \"captions\", found \($0.phrase)")
            }
            return text
        }
        cameras = try Self.values(of: "cameras", in: value, photos)
        for (_, camera) in cameras {
            guard case .array(let numbers) = camera, numbers.count == 25,
                numbers.allSatisfy({ if case .number = $0 { true } else { false } })
            else {
                throw Fault(text: "expected 25 numbers a camera, found \(camera.phrase)")
            }
        }
        rest = value.without("captions", "cameras")
        sha256 = SHA256.hex(bytes)
    }

    /// The values of an object whose keys are names of photographs.
    private static func values(
        of key: String, in value: JSONValue, _ photos: Set<String>
    ) throws -> [String: JSONValue] {
        guard let values = value[key] else { return [:] }
        guard case .object(let members) = values else {
            throw Fault(text: "expected an object under \"\(key)\", found \(values.phrase)")
        }
        for name in members.keys.sorted() where !photos.contains(name) {
            throw Fault(
                text: "expected photographs of this folder in \"\(key)\", found \(quoted(name))")
        }
        return members
    }
}
