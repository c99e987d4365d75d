import Checkpoints
import Foundation
import Torch

/// A file of tensors that a script in `Reference/` wrote, beside that script.
public struct Fixture {
    private let checkpoint: Checkpoint

    /// The repository's folder.
    public static var root: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    /// Opens a fixture: `images/resize` is `Reference/images/resize.safetensors`.
    public init(_ name: String) throws {
        let path = Fixture.root.appendingPathComponent("Reference/\(name).safetensors").path
        checkpoint = try Checkpoint(path)
    }

    /// Every tensor's name.
    public var names: [String] { checkpoint.names }

    /// What the script noted: versions, seeds.
    public var metadata: [String: String] { checkpoint.reader.metadata }

    /// A tensor by name.
    public subscript(name: String) -> Tensor {
        get throws { try checkpoint.tensor(named: name) }
    }

    /// The tensors whose names start with `prefix` and a dot, under the rest of their names.
    public func tensors(under prefix: String) throws -> [String: Tensor] {
        var found: [String: Tensor] = [:]
        for name in names where name.hasPrefix(prefix + ".") {
            found[String(name.dropFirst(prefix.count + 1))] = try self[name]
        }
        return found
    }

    /// The bytes of a `uint8` tensor, row-major.
    public func bytes(_ name: String) throws -> [UInt8] { try self[name].toArray() }

    /// The values of a tensor, row-major.
    public func floats(_ name: String) throws -> [Float] { try self[name].toArray() }

    /// The shape of a tensor.
    public func shape(_ name: String) throws -> [Int] { try self[name].shape }
}
