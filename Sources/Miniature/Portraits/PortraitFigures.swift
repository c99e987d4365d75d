import Evaluation
import Faces
import Images
import Torch

/// What was measured of one portrait.
public struct PortraitFigures {
    /// Embeddings `[D]` by both recognisers; nil where the detector found no face.
    let embeddingA, embeddingB: Tensor?
    /// Against the answer key, decibels.
    public let psnr: Double
    /// Against the answer key.
    public let ssim: Double
    /// One less the cosine of recogniser B's embeddings of portrait and key, both cut out where the
    /// key's face is.
    public let features: Double
    /// The cosine of CLIP's embeddings of portrait and key, -1...1: of the whole picture, by a network
    /// that was never taught who is who.
    public let clip: Double
    /// See `shadingError`; NaN where the key shows no skin.
    public let shading: Double
    /// The same of the light's pattern alone, whatever the skin's tone.
    public let pattern: Double
    /// The same against the style reference, a stranger in this light, where the key shows skin: what
    /// the paper's Figure 7 looks at.
    public let referenceShading: Double
    /// The mean distance of five found points from the key's, in parts of the face; nil without a face.
    public let landmarks: Double?
}

extension PortraitStudy {
    private func clip(_ a: Image, _ b: Image) throws -> Double {
        let (a, b) = try (model.encoder.token(a), model.encoder.token(b))
        return try ((a * b).sum() / (a.square().sum() * b.square().sum()).sqrt()).item()
    }

    /// Measures a portrait.
    func figures(_ image: Image, _ item: PortraitCase) throws -> PortraitFigures {
        let key = item.key
        let found = FaceOrder.bySize.sorted(try detector.portraitFaces(in: image)).first
        func embedding(_ recogniser: FaceRecogniser, of image: Image) throws -> Tensor? {
            guard let found else { return nil }
            return try recogniser([recogniser.alignment.aligned(image, found.points)])[0]
        }
        let alignment = recogniserB.alignment
        let pair = try recogniserB([
            alignment.aligned(image, key.points), alignment.aligned(key.image, key.points),
        ])
        let (a, b) = try (image.tensor().unsqueezed(0), key.image.tensor().unsqueezed(0))
        let distances = found.map { face in
            zip(face.points, key.points).map { p, q in
                ((p.x - q.x) * (p.x - q.x) + (p.y - q.y) * (p.y - q.y)).squareRoot()
            }.reduce(0, +) / 5 / key.faceSize
        }
        return PortraitFigures(
            embeddingA: try embedding(recogniserA, of: image),
            embeddingB: try embedding(recogniserB, of: image),
            psnr: try Evaluation.psnr(a, b)[0], ssim: try Evaluation.ssim(a, b)[0],
            features: 1 - (try recogniserB.similarity(pair[0..<1], pair[1..<2]).item()),
            clip: try clip(image, key.image), shading: try shadingError(a, b, skin: key.skin)[0],
            pattern: try shadingError(a, b, skin: key.skin, ignoresTone: true)[0],
            referenceShading: try shadingError(
                a, item.target.image.tensor().unsqueezed(0), skin: key.skin)[0],
            landmarks: distances)
    }
}
