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
    ///   - recogniser: of aligned faces, in the autoencoder's dtype.
    public init(autoencoder: AutoencoderKL, recogniser: ArcFace) {
        (self.autoencoder, self.recogniser) = (autoencoder, recogniser)
    }

    /// The distance of each picture.
    ///
    /// - Parameters:
    ///   - latents: predicted clean latents `[K, C, H, W]`, scaled.
    ///   - points: the five points of each face, pixels of the picture.
    ///   - identities: who should be seen, `[K, D]` by the same recogniser.
    ///   - jitters: how every face is cut out; one or more.
    ///   - nearby: whether only what lies around a face is decoded, all that its recogniser looks at or
    ///     nearly: half the work. Of several pictures all is decoded.
    /// - Returns: `[K * jitters]`, 0...2, with a graph: all cuts of the first face, then of the next.
    /// - Throws: `FaceError` for points that tell no place; `TorchError`.
    public func callAsFunction(
        _ latents: Tensor, points: [[Point]], identities: Tensor,
        jitters: [AlignmentJitter] = [.none], nearby: Bool = false
    ) throws -> Tensor {
        let factor = autoencoder.configuration.downFactor
        let size = (rows: latents.shape[2], columns: latents.shape[3])
        let window =
            try nearby && points.count == 1
            ? LatentWindow(around: points[0], alignment, of: size, factor: factor) : nil
        let seen = try window?.cut(latents) ?? latents
        var pictures = try autoencoder.decode(autoencoder.unscaled(seen)).to(.float32)
        var asked = identities
        if jitters.count > 1 {
            let rows = try Tensor(
                points.indices.flatMap { [Int64](repeating: Int64($0), count: jitters.count) },
                device: pictures.device)
            (pictures, asked) = try (
                pictures.indexSelected(0, rows), identities.indexSelected(0, rows)
            )
        }
        let grid = try grid(points, jitters, of: size, seen: window, factor: factor)
        // Outside of the picture it is black, which is -1.
        let faces = try gridSample(pictures + 1, grid.to(pictures.device)) - 1
        let said = try recogniser(faces.to(latents.dtype)).to(.float32)
        let lengths = try (said.square().sum([1]) * asked.square().sum([1]) + 1e-12).sqrt()
        return try 1 - (said * asked).sum([1]) / lengths
    }

    private var alignment: FaceAlignment { FaceAlignment(size: recogniser.configuration.inputSize) }

    /// Where the pixels of aligned faces lie in what was decoded, `[K * jitters, S, S, 2]`: what lies in
    /// the picture and beyond that, at its edge.
    private func grid(
        _ points: [[Point]], _ jitters: [AlignmentJitter], of latents: (rows: Int, columns: Int),
        seen window: LatentWindow?, factor: Int
    ) throws -> Tensor {
        let (size, alignment) = (alignment.size, alignment)
        let columns = Axis(of: latents.columns, seen: window?.columns, factor)
        let rows = Axis(of: latents.rows, seen: window?.rows, factor)
        var numbers: [Float] = []
        let count = points.count * jitters.count
        numbers.reserveCapacity(count * size * size * 2)
        for (own, jitter) in points.flatMap({ own in jitters.map { (own, $0) } }) {
            let back = try alignment.transform(from: own, jitter: jitter).inverted()
            for y in 0..<size {
                for x in 0..<size {
                    let place = back(Point(Double(x), Double(y)))
                    numbers.append(columns(place.x))
                    numbers.append(rows(place.y))
                }
            }
        }
        return try Tensor(numbers, shape: [count, size, size, 2])
    }

    /// One axis of a picture of which a part was decoded.
    private struct Axis {
        /// Pixels of the picture.
        private let whole: ClosedRange<Double>
        /// Pixels that were decoded.
        private let seen: ClosedRange<Double>

        init(of cells: Int, seen: Range<Int>?, _ factor: Int) {
            let part = seen ?? 0..<cells
            whole = 0...Double(cells * factor - 1)
            self.seen = Double(part.lowerBound * factor)...Double(part.upperBound * factor - 1)
        }

        /// From a pixel of the picture to -1...1, the edges of what was decoded.
        func callAsFunction(_ pixel: Double) -> Float {
            let pixel =
                whole.contains(pixel)
                ? Swift.min(Swift.max(pixel, seen.lowerBound), seen.upperBound) : pixel
            let length = seen.upperBound - seen.lowerBound + 1
            return Float((2 * (pixel - seen.lowerBound) + 1) / length - 1)
        }
    }
}
