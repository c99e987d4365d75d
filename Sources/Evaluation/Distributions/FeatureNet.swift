import Images
import Torch

/// A network that turns a picture into one vector, in whose space sets of pictures are compared.
///
/// Distances between sets mean nothing without the net that measured them, so it has a name, and
/// statistics of different nets do not mix.
public protocol FeatureNet {
    /// Identifies network and weights in tables and files: `inception-fid`, `miniature-clip`.
    var name: String { get }
    /// Length of a vector.
    var dimension: Int { get }

    /// Features of pictures.
    ///
    /// - Parameter pictures: `[B, 3, H, W]`, RGB, -1...1, any size; the net resizes.
    /// - Returns: `[B, dimension]`.
    /// - Throws: what the network throws, for pictures that it cannot take.
    func features(of pictures: Tensor) throws -> Tensor
}

/// A feature net made of a name and a function.
public struct NamedFeatures: FeatureNet {
    /// Identifies network and weights.
    public let name: String
    /// Length of a vector.
    public let dimension: Int
    private let compute: (Tensor) throws -> Tensor

    /// A feature net.
    ///
    /// - Parameters:
    ///   - name: identifies network and weights.
    ///   - dimension: length of a vector.
    ///   - compute: `[B, 3, H, W]` in -1...1 to `[B, dimension]`.
    public init(name: String, dimension: Int, compute: @escaping (Tensor) throws -> Tensor) {
        self.name = name
        self.dimension = dimension
        self.compute = compute
    }

    /// What the function gives.
    public func features(of pictures: Tensor) throws -> Tensor { try compute(pictures) }
}

extension FeatureNet {
    /// Features of many pictures, a batch at a time and without a graph.
    ///
    /// - Parameters:
    ///   - pictures: of any sizes; neighbours of one size share a batch.
    ///   - batch: most pictures at once.
    /// - Returns: `[N, dimension]`, float32 on the CPU, in the order of the pictures.
    /// - Throws: ``EvaluationError`` for no pictures, or if the net gives another shape.
    public func features(of pictures: some Sequence<Image>, batch: Int = 32) throws -> Tensor {
        var parts: [Tensor] = []
        var waiting: [Tensor] = []
        func flush() throws {
            guard !waiting.isEmpty else { return }
            parts.append(try checkedFeatures(of: Tensor.stack(waiting)))
            waiting = []
        }
        for picture in pictures {
            let tensor = try picture.tensor()
            if waiting.count >= max(batch, 1)
                || waiting.first.map({ $0.shape != tensor.shape })
                    ?? false
            {
                try flush()
            }
            waiting.append(tensor)
        }
        try flush()
        guard !parts.isEmpty else {
            throw EvaluationError.tooFew("pictures", needed: 1, found: 0)
        }
        return try Tensor.cat(parts)
    }

    private func checkedFeatures(of pictures: Tensor) throws -> Tensor {
        try noGrad {
            let found = try features(of: pictures)
            let expected = [pictures.shape[0], dimension]
            try expect(found.shape == expected, found, "features of \(name)", "\(expected)")
            return try found.detached().to(.float32).to(.cpu)
        }
    }
}
