import Checkpoints
import Diffusion
import Faces
import ICPortrait
import Images
import Layers
import TestSupport
import Testing
import Torch

/// A small autoencoder and a small recogniser of drawn parameters, for pictures of 64 pixels.
struct SmallJudge {
    let autoencoder: AutoencoderKL
    let recogniser: ArcFace
    /// Pixels of aligned faces.
    static let size = 40
    /// Upright faces of two sizes.
    static let points = [
        FaceAlignment.template.map { Point($0.x * 0.4 + 9, $0.y * 0.4 + 7) },
        FaceAlignment.template.map { Point($0.x * 0.5 + 3, $0.y * 0.5 + 2) },
    ]

    init() throws {
        let part = try #require(
            PublishedModel.sd15.components(tiny: true).first { $0.network == .autoencoder })
        let file = try ConfigurationFile(
            bytes: Array(#require(part.configuration).utf8), from: "config.json")
        let configuration = try AutoencoderKLConfiguration(file)
        autoencoder = try SmallBase.drawn(70000) { AutoencoderKL($0, configuration) }
        let sizes = ArcFaceConfiguration(
            .iResNet(layers: [1, 1, 1, 1], planes: [4, 6, 6, 8], stem: 4), embeddingSize: 8,
            inputSize: Self.size)
        let store = try ParameterStore(generator: Generator(seed: 2))
        recogniser = ArcFace(store.root, sizes)
        try store.finish()
    }

    var loss: IdentityLoss { IdentityLoss(autoencoder: autoencoder, recogniser: recogniser) }

    /// Latents of two pictures.
    func latents(_ seed: UInt64) throws -> Tensor {
        let side = 64 / autoencoder.configuration.downFactor
        return try .randn([2, 4, side, side], generator: Generator(seed: seed))
    }

    /// The faces of pictures as they are cut out for recognition.
    func embeddings(
        _ latents: Tensor, _ points: [[Point]], _ jitter: AlignmentJitter = .none
    ) throws -> Tensor {
        let pictures = try noGrad { try autoencoder.decode(autoencoder.unscaled(latents)) }
        let alignment = FaceAlignment(size: Self.size)
        let faces = try points.indices.map { index in
            let bytes = try ((pictures[index] + 1) * 127.5).clamped(min: 0, max: 255).round()
                .to(.uint8)
            return try alignment.alignedTensor(bytes, points[index], jitter: jitter)
        }
        return try noGrad { try recogniser(Tensor.stack(faces).to(.float32) / 127.5 - 1) }
    }
}
