import Checkpoints
import Layers
import Torch

extension LPIPS {
    /// Reads the published weights.
    ///
    /// - Parameters:
    ///   - trunk: the network whose features are compared.
    ///   - files: one file with the whole module, or the trunk as torchvision publishes it
    ///     (`features.0.weight` ...) and the package's small file with `lin0` to `lin4`, in any
    ///     order.
    ///   - device: where the weights go.
    /// - Throws: `CheckpointError`; `ParameterError` with all that is missing or of another shape.
    public init(trunk: LPIPSTrunk, files: [String], device: Device = .cpu) throws {
        let source = LPIPSSource(trunk, try files.map { Checkpoint(try openCheckpoint($0)) })
        let store = try ParameterStore(loading: source, dtype: .float32, device: device)
        self.init(store.root, trunk)
        try store.finish()
    }
}

/// Several files as one source under the package's names.
///
/// The scaling layer's constants are known, so a file need not hold them; torchvision's classifier
/// and the module's second list of the same layers (`lins.0` ...) are no part of the metric.
package struct LPIPSSource: ParameterSource {
    private let places: [String: (source: any ParameterSource, name: String)]
    package let names: [String]

    /// Red, green and blue of ImageNet's mean and deviation, for pictures in -1...1.
    private static let constants: [String: [Float]] = [
        "scaling_layer.shift": [-0.030, -0.088, -0.188],
        "scaling_layer.scale": [0.458, 0.448, 0.450],
    ]

    package init(_ trunk: LPIPSTrunk, _ sources: [any ParameterSource]) {
        var renames: [String: String] = [:]
        for (index, slice) in trunk.slices.enumerated() {
            for layer in slice.layers {
                for part in ["weight", "bias"] {
                    renames["features.\(layer.number).\(part)"] =
                        "net.slice\(index + 1).\(layer.number).\(part)"
                }
            }
        }
        var places: [String: (source: any ParameterSource, name: String)] = [:]
        var names: [String] = []
        for source in sources {
            for name in source.names
            where !name.hasPrefix("lins.") && !name.hasPrefix("classifier.") {
                let own = renames[name] ?? name
                if places.updateValue((source, name), forKey: own) == nil { names.append(own) }
            }
        }
        self.places = places
        self.names = names
    }

    package func shape(of name: String) -> [Int]? {
        guard let place = places[name] else {
            return Self.constants[name] == nil ? nil : [1, 3, 1, 1]
        }
        return place.source.shape(of: place.name)
    }

    package func tensor(named name: String, dtype: DType?, device: Device) throws -> Tensor {
        if let place = places[name] {
            return try place.source.tensor(named: place.name, dtype: dtype, device: device)
        }
        guard let constants = Self.constants[name] else {
            throw TorchError(operation: "tensor(named:)", message: "expected '\(name)', found none")
        }
        return try Tensor(constants, shape: [1, 3, 1, 1]).to(dtype ?? .float32).to(device)
    }
}
