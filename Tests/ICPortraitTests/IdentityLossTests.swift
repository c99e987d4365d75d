import Faces
import ICPortrait
import Images
import Testing
import Torch

@Suite struct IdentityLossTests {
    private let judge: SmallJudge
    private let latents: Tensor
    private let points = SmallJudge.points

    init() throws {
        judge = try SmallJudge()
        latents = try judge.latents(1)
    }

    private var loss: IdentityLoss { judge.loss }

    private func embeddings() throws -> Tensor { try judge.embeddings(latents, points) }

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

    @Test func everyFaceIsCutInEveryWay() throws {
        let turned = AlignmentJitter(angleRadians: 0.3, scale: 1.2, x: 0.1, y: -0.05)
        let single: [Double] = try loss(
            latents, points: points, identities: embeddings().flipped([0])
        ).toArray()
        let asked = try judge.embeddings(latents, points, turned)
        let own: [Double] = try loss(
            latents, points: points, identities: asked, jitters: [.none, turned]
        ).toArray()
        #expect(own.count == 4 && abs(own[1]) < 1e-3 && abs(own[3]) < 1e-3, "\(own)")
        #expect(own[0] + own[2] > 3 * (abs(own[1]) + abs(own[3])), "\(own)")
        let others: [Double] = try loss(
            latents, points: points, identities: embeddings().flipped([0]),
            jitters: [.none, turned]
        ).toArray()
        #expect(abs(others[0] - single[0]) < 1e-5 && abs(others[2] - single[1]) < 1e-5)
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

    /// What `--max-memory` counts for the recogniser's guidance.
    @Test func decodingForAGradientTakesWhatIsSaid() throws {
        let autoencoder = judge.autoencoder
        let side = 128, factor = autoencoder.configuration.downFactor
        let x = try Tensor.randn(
            [1, 4, side / factor, side / factor], generator: Generator(seed: 3)
        ).requiresGrad(true)
        let (gradient, growth) = try MemoryStatistics.measureThread {
            try autoencoder.decode(x).sum().gradients(for: [x])[0]
        }
        #expect(gradient?.shape == x.shape)
        let said = autoencoder.configuration.decodingGradientBytes(
            height: side, width: side, dtype: .float32)
        #expect(growth < said && said < 2 * growth, "said \(said), found \(growth)")
    }

    /// A face of a quarter of the picture's width, and one that is wider than the picture.
    private static let small = FaceAlignment.template.map {
        Point($0.x * 0.15 + 30, $0.y * 0.15 + 10)
    }
    private static let large = FaceAlignment.template.map { Point($0.x * 0.7 - 5, $0.y * 0.7 - 5) }

    /// The loss and its gradient, and what they took.
    private func slope(_ points: [Point], nearby: Bool) throws -> (Double, Tensor, Double) {
        let x = try judge.latents(2)[0..<1].detached().requiresGrad(true)
        let asked = try judge.embeddings(judge.latents(1)[0..<1], [points])
        let (loss, flops) = try FlopCount.measure {
            try judge.loss(x, points: [points], identities: asked, nearby: nearby).mean()
        }
        return try (loss.item(), #require(loss.gradients(for: [x])[0]), flops)
    }

    @Test func nearbyOnlyWhatTheRecogniserSeesIsDecoded() throws {
        let (_, whole, work) = try slope(Self.small, nearby: false)
        let (_, near, less) = try slope(Self.small, nearby: true)
        #expect(less < 0.3 * work)
        // A face in the upper middle: nothing below it or at its left is asked to change.
        let side = near.shape[3]
        func below(_ gradient: Tensor) throws -> Double {
            try gradient.sliced(2, from: side * 5 / 8, to: side).abs().max().item()
        }
        #expect(try below(near) == 0 && below(whole) > 0)
        #expect(try near.sliced(3, from: 0, to: side / 4).abs().max().item() == 0)
        #expect(try near.abs().max().item() > 0)
    }

    @Test func whatIsNearbyIsAskedForNearlyTheSame() throws {
        func cosine(_ a: Tensor, _ b: Tensor) throws -> Double {
            try ((a * b).sum() / (a.square().sum() * b.square().sum()).sqrt()).item()
        }
        let (_, whole, _) = try slope(points[0], nearby: false)
        let (_, near, _) = try slope(points[0], nearby: true)
        let (_, other, _) = try slope(Self.small, nearby: false)
        let (own, elsewhere) = try (cosine(whole, near), cosine(whole, other))
        #expect(own > 0.8 && elsewhere < 0.3, "\(own), elsewhere \(elsewhere)")
    }

    @Test func nearbyAFaceAsWideAsThePictureIsAllOfIt() throws {
        let (loss, whole, work) = try slope(Self.large, nearby: false)
        let (own, near, same) = try slope(Self.large, nearby: true)
        #expect(loss == own && work == same)
        #expect(try whole.isEqual(to: near))
    }

    @Test func nearbyAFaceThatLiesOutsideThereIsStillACell() throws {
        let outside = FaceAlignment.template.map { Point($0.x * 0.3 + 300, $0.y * 0.3 - 200) }
        let (loss, gradient, _) = try slope(outside, nearby: true)
        #expect(loss.isFinite)
        #expect(try gradient.abs().max().item() == 0)
    }
}
