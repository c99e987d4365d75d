import Layers
import Torch

/// A network that is a picture: it maps places to colours.
///
/// Random Fourier features and three layers; Tancik et al. 2020, "Fourier Features Let Networks
/// Learn High Frequency Functions".
struct PictureNetwork {
    let frequencies: Tensor
    let layers: [Linear]

    init(_ scope: Scope) {
        frequencies = scope.buffer("frequencies", [64, 2], .normal(std: 6))
        let sizes = [128, 128, 128, 3]
        layers = (0..<3).map { Linear(scope / "layers" / $0, in: sizes[$0], out: sizes[$0 + 1]) }
    }

    /// Maps places `[N, 2]` in 0...1 to colours `[N, 3]` in -1...1.
    func callAsFunction(_ places: Tensor) throws -> Tensor {
        let angles = try places.matmul(frequencies.transposed(0, 1)) * (2 * Double.pi)
        var h = try Tensor.cat([angles.sin(), angles.cos()], along: 1)
        for layer in layers.dropLast() { h = try silu(layer(h)) }
        return try layers[layers.count - 1](h).tanh()
    }

    /// The whole picture, `[3, side, side]`.
    func picture(_ side: Int) throws -> Tensor {
        try noGrad {
            try self(PictureNetwork.places(side)).reshaped([side, side, 3]).permuted([2, 0, 1])
        }
    }

    /// Centres of the pixels of a square picture, row by row: `[side * side, 2]`, (x, y).
    static func places(_ side: Int) throws -> Tensor {
        let centres = try (Tensor.arange(0..<side).to(.float32) + 0.5) / Double(side)
        let x = try centres.unsqueezed(0).expanded([side, side])
        let y = try centres.unsqueezed(1).expanded([side, side])
        return try Tensor.stack([x, y], along: 2).reshaped([-1, 2])
    }
}

/// Adam (Kingma and Ba 2015) for the demo's few tensors.
struct DemoAdam {
    let parameters: [Tensor]
    private var moments: [(mean: Tensor, square: Tensor)]
    private var step = 0

    init(_ store: ParameterStore) throws {
        parameters = store.trainable.map(\.tensor)
        moments = try parameters.map { try ($0.zerosLike(), $0.zerosLike()) }
    }

    /// Moves every parameter against the gradient of `loss`.
    mutating func minimise(_ loss: Tensor, rate: Double) throws {
        step += 1
        let gradients = try loss.gradients(for: parameters)
        let scale = rate * (1 - pow(0.999, step)).squareRoot() / (1 - pow(0.9, step))
        try noGrad {
            for (index, gradient) in gradients.enumerated() {
                guard let gradient else { continue }
                let (mean, square) = moments[index]
                try mean.copy(from: mean.lerp(to: gradient, weight: 0.1))
                try square.copy(from: square.lerp(to: gradient.square(), weight: 0.001))
                try parameters[index] -= mean / (square.sqrt() + 1e-8) * scale
            }
        }
    }

    private func pow(_ base: Double, _ exponent: Int) -> Double {
        (0..<exponent).reduce(1) { product, _ in product * base }
    }
}
