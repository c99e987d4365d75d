import Diffusion
import Faces
import Images
import Layers
import Torch

/// How far what a network is about to make is from the person: one minus the cosine, by a recogniser, of
/// the predicted picture's face and the person's.
///
/// Not of the paper, whose loss is denoising alone. The recogniser must have no part in judging.
public struct IdentityLoss {
    private let autoencoder: AutoencoderKL
    private let recogniser: ArcFace

    /// A loss by two frozen networks.
    ///
    /// - Parameters:
    ///   - autoencoder: whose scaled latents are predicted.
    ///   - recogniser: of aligned faces.
    public init(autoencoder: AutoencoderKL, recogniser: ArcFace) {
        (self.autoencoder, self.recogniser) = (autoencoder, recogniser)
    }

    /// The distance of each picture.
    ///
    /// - Parameters:
    ///   - latents: predicted clean latents `[K, C, H, W]`, scaled.
    ///   - points: the five points of each face, pixels of the picture.
    ///   - identities: who should be seen, `[K, D]` by the same recogniser.
    ///   - looks: how many cuts of every face are compared, one after the other in `points`.
    /// - Returns: `[K]`, 0...2, with a graph; K is the number of faces and cuts of them.
    /// - Throws: `FaceError` for points that tell no place; `TorchError`.
    public func callAsFunction(
        _ latents: Tensor, points: [[Point]], identities: Tensor, looks: Int = 1
    ) throws -> Tensor {
        var pictures = try autoencoder.decode(autoencoder.unscaled(latents)).to(.float32)
        if looks > 1 {
            let rows = points.indices.map { Int64($0 / looks) }
            pictures = try pictures.indexSelected(0, Tensor(rows, device: pictures.device))
        }
        let size = recogniser.configuration.inputSize
        let grid = try grid(
            points, width: pictures.shape[3], height: pictures.shape[2], size: size)
        // Outside of the picture it is black, which is -1.
        let faces = try gridSample(pictures + 1, grid.to(pictures.device)) - 1
        let (said, asked) = try (recogniser(faces).to(.float32), identities)
        let lengths = try (said.square().sum([1]) * asked.square().sum([1]) + 1e-12).sqrt()
        return try 1 - (said * asked).sum([1]) / lengths
    }

    /// Where the pixels of aligned faces lie in their pictures, `[K, S, S, 2]`.
    private func grid(_ points: [[Point]], width: Int, height: Int, size: Int) throws -> Tensor {
        let alignment = FaceAlignment(size: size)
        var numbers: [Float] = []
        numbers.reserveCapacity(points.count * size * size * 2)
        for own in points {
            let back = try alignment.transform(from: own).affine.inverted()
            for y in 0..<size {
                for x in 0..<size {
                    let place = back(Point(Double(x), Double(y)))
                    numbers.append(Float((2 * place.x + 1) / Double(width) - 1))
                    numbers.append(Float((2 * place.y + 1) / Double(height) - 1))
                }
            }
        }
        return try Tensor(numbers, shape: [points.count, size, size, 2])
    }
}
