import Layers
import Torch

/// Learned perceptual image patch similarity, version 0.1. Zhang et al. 2018, eq. 1.
///
/// Keys are those of the `lpips` package's module: `scaling_layer`, `net.slice1...5`,
/// `lin0...4.model.1`. Weights come from ``init(trunk:files:)``.
public struct LPIPS {
    /// The network whose features are compared.
    public let trunk: LPIPSTrunk
    let shift, scale: Tensor
    let slices: [LPIPSSlice]
    let lins: [Tensor]

    /// Takes the parameters from `scope`.
    public init(_ scope: Scope, _ trunk: LPIPSTrunk) {
        self.trunk = trunk
        let scaling = scope / "scaling_layer"
        shift = scaling.buffer("shift", [1, 3, 1, 1], .zeros)
        scale = scaling.buffer("scale", [1, 3, 1, 1], .ones)
        slices = trunk.slices.enumerated().map {
            LPIPSSlice(scope / "net" / "slice\($0 + 1)", $1)
        }
        lins = trunk.slices.enumerated().map { index, slice in
            (scope / "lin\(index)" / "model" / 1).parameter(
                "weight", [1, slice.outputs, 1, 1], .uniform(0, 1))
        }
    }

    /// The distance of each pair of pictures.
    ///
    /// - Parameters:
    ///   - a: pictures `[B, 3, H, W]`, RGB, -1...1; at least 32 pixels a side.
    ///   - b: pictures of the same shape.
    /// - Returns: `[B]`, 0 for equal ones; differentiable.
    /// - Throws: ``EvaluationError`` for shapes that do not fit.
    public func callAsFunction(_ a: Tensor, _ b: Tensor) throws -> Tensor {
        try expect(
            a.rank == 4 && a.shape[1] == 3 && a.shape[2] >= 32 && a.shape[3] >= 32, a, "pictures",
            "[B, 3, 32 or more, 32 or more]")
        try expect(b.shape == a.shape, b, "pictures to compare with", "\(a.shape)")
        let parts = try featureDistances(features(a), features(b)) { squares, index in
            try (squares * lins[index]).sum([1])
        }
        return try Tensor.stack(parts).sum([0])
    }

    /// The trunk's maps after the last ReLU of each slice, five of them.
    public func features(_ pictures: Tensor) throws -> [Tensor] {
        var x = try (pictures.to(shift.dtype) - shift) / scale
        return try slices.map { slice in
            x = try slice(x)
            return x
        }
    }
}

/// The networks that LPIPS was trained on top of.
public enum LPIPSTrunk: String, CaseIterable, Sendable {
    /// AlexNet: the usual choice for scores.
    case alex
    /// VGG-16: the usual choice for losses.
    case vgg

    /// One convolution, by its number among the layers of torchvision's `features`.
    struct Layer {
        let number, inputs, outputs, kernel, stride, padding: Int
    }

    /// Layers up to a place whose features are compared.
    struct Slice {
        /// Kernel of the pooling before the first convolution; stride 2.
        let pool: Int?
        let layers: [Layer]
        var outputs: Int { layers.last?.outputs ?? 0 }
    }

    var slices: [Slice] {
        switch self {
        case .alex:
            func slice(_ pool: Int?, _ number: Int, _ inputs: Int, _ outputs: Int, _ kernel: Int)
                -> Slice
            {
                let stride = number == 0 ? 4 : 1
                let layer = Layer(
                    number: number, inputs: inputs, outputs: outputs, kernel: kernel,
                    stride: stride, padding: kernel == 3 ? 1 : 2)
                return Slice(pool: pool, layers: [layer])
            }
            return [
                slice(nil, 0, 3, 64, 11), slice(3, 3, 64, 192, 5), slice(3, 6, 192, 384, 3),
                slice(nil, 8, 384, 256, 3), slice(nil, 10, 256, 256, 3),
            ]
        case .vgg:
            func slice(_ numbers: [Int], _ inputs: Int, _ outputs: Int) -> Slice {
                let layers = numbers.enumerated().map { index, number in
                    Layer(
                        number: number, inputs: index == 0 ? inputs : outputs, outputs: outputs,
                        kernel: 3, stride: 1, padding: 1)
                }
                return Slice(pool: inputs == 3 ? nil : 2, layers: layers)
            }
            return [
                slice([0, 2], 3, 64), slice([5, 7], 64, 128), slice([10, 12, 14], 128, 256),
                slice([17, 19, 21], 256, 512), slice([24, 26, 28], 512, 512),
            ]
        }
    }
}

/// Convolutions with ReLU between two places where features are taken.
struct LPIPSSlice {
    private let pool: Int?
    private let convolutions: [Conv2d]

    init(_ scope: Scope, _ slice: LPIPSTrunk.Slice) {
        pool = slice.pool
        convolutions = slice.layers.map {
            Conv2d(
                scope / $0.number, in: $0.inputs, out: $0.outputs, kernel: $0.kernel,
                stride: $0.stride, padding: $0.padding)
        }
    }

    func callAsFunction(_ x: Tensor) throws -> Tensor {
        let pooled = try pool.map { try maxPool2d(x, kernel: $0, stride: 2) } ?? x
        return try convolutions.reduce(pooled) { try relu($1($0)) }
    }
}
