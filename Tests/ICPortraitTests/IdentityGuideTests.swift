import Diffusion
import Faces
import ICPortrait
import Images
import Layers
import TestSupport
import Testing
import Torch

@Suite struct IdentityGuideTests {
    private let judge: SmallJudge
    private let latents: Tensor
    private let points = SmallJudge.points[0]
    /// Somebody else.
    private let asked: Tensor

    init() throws {
        judge = try SmallJudge()
        latents = try judge.latents(2)[0..<1]
        asked = try judge.embeddings(judge.latents(1)[0..<1], [points])
    }

    private func guide(_ points: [Point]? = nil) -> IdentityGuide {
        IdentityGuide(judge.loss, points: points ?? self.points, identity: asked)
    }

    private func settings(weight: Double, looks: Int = 1) -> IdentityGuidance {
        var settings = IdentityGuidance()
        (settings.weight, settings.looks) = (weight, looks)
        return settings
    }

    private func distance(_ latents: Tensor) throws -> Double {
        try noGrad { try judge.loss(latents, points: [points], identities: asked).item() }
    }

    @Test(arguments: [1, 4]) func everyMoveLeadsTowardsThePerson(_ looks: Int) throws {
        let settings = settings(weight: 0.02, looks: looks)
        var last = try distance(latents)
        for moves in [1, 2, 4] {
            let moved = try noGrad {
                try guide()(latents, settings, moves: moves, seed: 3)
            }
            #expect(!moved.requiresGrad && moved.shape == latents.shape)
            let own = try distance(moved)
            #expect(own < last, "\(moves) moves: \(own), before \(last)")
            last = own
        }
    }

    @Test func aMoveIsAsLongAsItsWeightSays() throws {
        let moved = try guide()(latents, settings(weight: 0.05), moves: 1, seed: 3)
        let share = try ((moved - latents).square().sum() / latents.square().sum()).sqrt()
        #expect(try abs(share.item() - 0.05) < 1e-5)
        let still = try guide()(latents, settings(weight: 0), moves: 3, seed: 3)
        #expect(try still.isEqual(to: latents))
    }

    @Test func cutsFollowTheSeedAndTheFirstIsTheFaceItself() throws {
        func moved(_ looks: Int, _ seed: UInt64) throws -> Tensor {
            try guide()(latents, settings(weight: 0.05, looks: looks), moves: 2, seed: seed)
        }
        #expect(try moved(1, 3).isEqual(to: moved(1, 4)))
        #expect(try moved(3, 3).isEqual(to: moved(3, 3)))
        #expect(try !moved(3, 3).isEqual(to: moved(3, 4)))
        let elsewhere = try guide(SmallJudge.points[1])(
            latents, settings(weight: 0.05), moves: 2, seed: 3)
        #expect(try !moved(1, 3).isEqual(to: elsewhere))
    }

    @Test(arguments: [1, 4, 20, 50, 1000]) func movesAreSpreadOverTheSteps(_ steps: Int) {
        var settings = IdentityGuidance()
        for moves in [1, 20, 33] {
            settings.moves = moves
            let counts = (0..<steps).map { settings.moveCount(at: $0, of: steps) }
            #expect(counts.reduce(0, +) == moves)
            let (fewest, most) = (counts.min() ?? 0, counts.max() ?? 0)
            #expect(most - fewest <= 1)
        }
    }

    @Test func numbersThatNoGuidanceHasAreRefused() throws {
        let changes: [(String, (inout IdentityGuidance) -> Void)] = [
            ("identity.weight", { $0.weight = -0.1 }), ("identity.weight", { $0.weight = .nan }),
            ("identity.moves", { $0.moves = 0 }), ("identity.looks", { $0.looks = 0 }),
            ("identity.from", { ($0.from, $0.to) = (0.6, 0.5) }),
        ]
        for (name, change) in changes {
            var settings = ICPortraitSettings()
            change(&settings.identity)
            let error = #expect(throws: ICPortraitError.self) { try settings.check() }
            #expect(error?.description.contains(name) == true)
        }
    }
}
