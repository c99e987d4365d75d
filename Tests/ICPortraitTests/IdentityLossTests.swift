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

    @Test func severalCutsOfAFaceAreOfItsOwnPicture() throws {
        let own = try embeddings()
        let single = try loss(latents, points: points, identities: own.flipped([0]))
        let rows = try Tensor([Int64(1), 1, 0, 0])
        let double = try loss(
            latents, points: [points[0], points[0], points[1], points[1]],
            identities: own.indexSelected(0, rows), looks: 2)
        for (place, cut) in [0, 0, 1, 1].enumerated() {
            let gap = try (double[place] - single[cut]).abs().item()
            #expect(gap < 1e-5)
        }
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
