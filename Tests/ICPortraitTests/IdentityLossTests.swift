import Checkpoints
import Diffusion
import Faces
import ICPortrait
import Images
import Layers
import TestSupport
import Testing
import Torch

@Suite struct IdentityLossTests {
    private let autoencoder: AutoencoderKL
    private let recogniser: ArcFace
    private let latents: Tensor
    /// Upright faces of two sizes in pictures of 64 pixels.
    private let points = [
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
            inputSize: 40)
        let store = try ParameterStore(generator: Generator(seed: 2))
        recogniser = ArcFace(store.root, sizes)
        try store.finish()
        let side = 64 / configuration.downFactor
        latents = try Tensor.randn([2, 4, side, side], generator: Generator(seed: 1))
    }

    private var loss: IdentityLoss {
        IdentityLoss(autoencoder: autoencoder, recogniser: recogniser)
    }

    /// The faces as they are cut out of pictures for recognition.
    private func embeddings() throws -> Tensor {
        let pictures = try noGrad { try autoencoder.decode(autoencoder.unscaled(latents)) }
        let alignment = FaceAlignment(size: 40)
        let faces = try points.indices.map { index in
            let bytes = try ((pictures[index] + 1) * 127.5).clamped(min: 0, max: 255).round()
                .to(.uint8)
            return try alignment.alignedTensor(bytes, points[index])
        }
        return try noGrad { try recogniser(Tensor.stack(faces).to(.float32) / 127.5 - 1) }
    }

    @Test func aPersonIsAtNoDistanceFromThemselves() throws {
        let own = try embeddings()
        let found: [Double] = try loss(latents, points: points, identities: own).toArray()
        for distance in found { #expect(abs(distance) < 1e-3, "\(found)") }
        // Others, opposites, and faces looked for where they are not.
        let opposite: [Double] = try loss(latents, points: points, identities: own * -3).toArray()
        for distance in opposite { #expect(abs(distance - 2) < 1e-3, "\(opposite)") }
        let elsewhere: [Double] = try loss(
            latents, points: points.reversed(), identities: own
        ).toArray()
        #expect(try #require(elsewhere.max()) > 3 * #require(found.max()))
    }

    @Test func theGradientReachesTheLatents() throws {
        let own = try embeddings()
        let asked = try own.flipped([0])
        let x = try latents.detached().requiresGrad(true)
        try loss(x, points: points, identities: asked).sum().backward()
        let gradient = try #require(try x.grad())
        let step = try gradient / gradient.square().sum().sqrt() * 0.5
        func value(_ sign: Double) throws -> Double {
            try noGrad {
                try loss(latents + step * sign, points: points, identities: asked).sum().item()
            }
        }
        // Steps of a half: the sums of float32 tell no smaller ones.
        let slope = try value(1) - value(-1)
        let expected = try gradient.square().sum().sqrt().item()
        #expect(expected > 0 && abs(slope - expected) < 0.05 * expected, "\(slope) for \(expected)")
    }
}
