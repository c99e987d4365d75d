import Torch

/// Classifier-free guidance. Ho and Salimans 2022; rescaling by Lin et al. 2024, section 3.4.
struct Guidance {
    let scale, rescale: Double

    /// Whether the network must see the negative prompt too.
    var isActive: Bool { scale > 1 }

    /// The guided prediction of one that is negative, then positive, along the batch.
    func callAsFunction(_ prediction: Tensor) throws -> Tensor {
        guard isActive else { return prediction }
        let parts = try prediction.chunked(2)
        let guided = try parts[0] + (parts[1] - parts[0]) * scale
        guard rescale > 0 else { return guided }
        let dims = Array(1..<guided.rank)
        let own = try parts[1].standardDeviation(dims, keepDims: true)
        let ratio = try own / guided.standardDeviation(dims, keepDims: true)
        return try guided * ratio * rescale + guided * (1 - rescale)
    }
}
