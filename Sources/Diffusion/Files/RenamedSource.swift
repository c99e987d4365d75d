import Layers
import Torch

/// A source whose names other programs, or older versions, wrote differently.
///
/// Tensors that only differ by trailing dimensions of 1 (linear layers stored as 1x1 convolutions)
/// take the shape that the model asks for.
public struct RenamedSource: ParameterSource {
    private let base: any ParameterSource
    /// Their name of each of ours.
    private let theirs: [String: String]
    private let flattens: @Sendable (String) -> Bool

    /// - Parameters:
    ///   - base: the file.
    ///   - flattens: which of our tensors drop trailing dimensions of 1.
    ///   - rename: our name for one of the file's.
    public init(
        _ base: any ParameterSource,
        flattens: @escaping @Sendable (String) -> Bool = { _ in false },
        rename: (String) -> String
    ) {
        self.base = base
        self.flattens = flattens
        theirs = Dictionary(
            base.names.map { (rename($0), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Our names.
    public var names: [String] { Array(theirs.keys) }

    /// The shape as the model sees it.
    public func shape(of name: String) -> [Int]? {
        theirs[name].flatMap { base.shape(of: $0) }.map { flat($0, name) }
    }

    /// Reads by our name.
    public func tensor(named name: String, dtype: DType?, device: Device) throws -> Tensor {
        let tensor = try base.tensor(named: theirs[name] ?? name, dtype: dtype, device: device)
        return try tensor.reshaped(flat(tensor.shape, name))
    }

    private func flat(_ shape: [Int], _ name: String) -> [Int] {
        flattens(name) && shape.count == 4 && shape.suffix(2) == [1, 1]
            ? Array(shape.prefix(2)) : shape
    }
}

extension RenamedSource {
    /// Puts `prefix` before names that lack it: transformers writes `CLIPTextModel` without
    /// `text_model.` since version 5, and all published files have it.
    public static func prefixed(
        _ base: any ParameterSource, _ prefix: String, except: [String]
    ) -> RenamedSource {
        RenamedSource(base) { name in
            name.hasPrefix(prefix) || except.contains { name.hasPrefix($0) } ? name : prefix + name
        }
    }

    /// An autoencoder's attention under its names of before 2023.
    public static func autoencoder(_ base: any ParameterSource) -> RenamedSource {
        let renamed = [
            "query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0",
        ]
        return RenamedSource(base, flattens: { $0.contains(".attentions.") }) { name in
            guard name.contains(".attentions.") else { return name }
            var words = name.split(separator: ".").map(String.init)
            guard words.count > 2, let new = renamed[words[words.count - 2]] else { return name }
            words[words.count - 2] = new
            return words.joined(separator: ".")
        }
    }
}
