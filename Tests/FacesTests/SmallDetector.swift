import Faces
import Layers
import Testing
import Torch

/// The detectors of Reference/faces/write_fixtures.py, with its random weights drawn again.
enum SmallDetector: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case mobile, residual

    var testDescription: String { rawValue }

    var configuration: RetinaFaceConfiguration {
        switch self {
        case .mobile: .mobileNet025
        case .residual:
            RetinaFaceConfiguration(
                .resNet(widths: [4, 6, 8, 10], blocks: [1, 2, 1, 1]), channels: 68)
        }
    }

    private var seed: UInt64 { self == .mobile ? 300 : 301 }

    /// What `randomise` in Reference/faces/references.py draws, in the order of sorted names.
    func parameters() throws -> [String: Tensor] {
        let names = try ParameterStore.shapesOnly()
        _ = RetinaFace(names.root, configuration)
        let generator = try Generator(seed: seed)
        var parameters: [String: Tensor] = [:]
        for entry in names.entries.sorted(by: { $0.name < $1.name }) {
            let (name, shape) = (entry.name, entry.tensor.shape)
            let normal = try Tensor.randn(shape, generator: generator)
            let uniform = try Tensor.rand(shape, generator: generator)
            if name.hasSuffix("running_var") {
                parameters[name] = try uniform + 0.5
            } else if name.hasSuffix("bias") || name.hasSuffix("running_mean") {
                parameters[name] = try normal * 0.1
            } else if shape.count > 1 {
                let gain = name.contains("Head") ? 0.03 : 1.5
                let count = shape.dropFirst().reduce(1, *)
                parameters[name] = try normal * (gain / Double(count)).squareRoot()
            } else {
                parameters[name] = try uniform * 0.6 + 0.7
            }
        }
        return parameters
    }

    func build(_ parameters: [String: Tensor]? = nil) throws -> (RetinaFace, ParameterStore) {
        let store = try ParameterStore(loading: parameters ?? self.parameters())
        let network = RetinaFace(store.root, configuration)
        try store.finish()
        return (network, store)
    }
}
