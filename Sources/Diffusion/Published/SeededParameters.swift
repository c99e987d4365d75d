import Layers
import Torch

/// Made-up parameters of a network, each drawn by its name, so that any program whose CPU generator
/// is PyTorch's can make the same ones. They stand in for weights in tests and demonstrations.
///
/// Names are sorted by their bytes, and the i-th draws from a generator seeded with `seed` + i:
///
/// - tensors of two dimensions and more: N(0, 1) / sqrt(product of all dimensions but the first);
/// - vectors called `*.weight`, those of normalisations: 1 + 0.25 tanh(N(0, 1));
/// - everything else (biases, `class_embedding`): 0.1 N(0, 1).
///
/// Nothing starts at zero or one, as the usual initial values do: a part left out, or two taken for
/// each other, shows in the output. `Reference/diffusion/models.py` has the same rule.
public struct SeededParameters: ParameterSource {
    private let seed: UInt64
    private let shapes: [String: [Int]]
    private let places: [String: Int]

    /// Every name, in the order of the seeds.
    public let names: [String]

    /// The parameters of a network that was built on `ParameterStore.shapesOnly()`.
    ///
    /// - Parameters:
    ///   - store: gives names and shapes; buffers are left out.
    ///   - seed: of the first parameter.
    public init(like store: ParameterStore, seed: UInt64) {
        self.seed = seed
        shapes = Dictionary(
            store.entries.filter { !$0.isBuffer }.map { ($0.name, $0.tensor.shape) },
            uniquingKeysWith: { first, _ in first })
        names = shapes.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        places = Dictionary(
            names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The shape of a parameter; nil if there is none of this name.
    public func shape(of name: String) -> [Int]? { shapes[name] }

    /// Draws one parameter in float32, then converts it.
    ///
    /// - Throws: `TorchError` if there is none of this name.
    public func tensor(named name: String, dtype: DType?, device: Device) throws -> Tensor {
        guard let shape = shapes[name], let place = places[name] else {
            throw TorchError(operation: "tensor(named:)", message: "expected '\(name)', found none")
        }
        let noise = try Tensor.randn(shape, generator: Generator(seed: seed &+ UInt64(place)))
        return try scaled(noise, name).to(dtype ?? .float32).to(device)
    }

    private func scaled(_ noise: Tensor, _ name: String) throws -> Tensor {
        let shape = noise.shape
        if shape.count > 1 {
            return try noise / Double(shape.dropFirst().reduce(1, *)).squareRoot()
        }
        return try name.hasSuffix(".weight") ? 1 + noise.tanh() * 0.25 : noise * 0.1
    }
}
