import Torch

extension Tensor {
    /// `[N, D]` with every row of length 1, so that products of rows are cosines; zeros stay.
    func unitRows() throws -> Tensor {
        try self / norm([-1], keepDims: true).clamped(min: 1e-12)
    }
}

/// Embeddings `[N, D]` as detached float32 rows of length 1.
func unitEmbeddings(_ embeddings: Tensor, _ name: String) throws -> Tensor {
    try expect(embeddings.rank == 2 && embeddings.count > 0, embeddings, name, "[N, D]")
    return try noGrad { try embeddings.detached().to(.float32).unitRows() }
}

/// `0 ..< count` in ranges of at most `size`.
func blocks(of count: Int, size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: Swift.max(size, 1)).map {
        $0..<Swift.min($0 + Swift.max(size, 1), count)
    }
}
