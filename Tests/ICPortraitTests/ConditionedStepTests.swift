import Diffusion
import ICPortrait
import Layers
import TestSupport
import Testing
import Torch

// Fixture and its recipe: Reference/icportrait/write_fixtures.py, the step written out in PyTorch.

@Suite struct ConditionedStepTests {
    private let fixture: Fixture
    private let networks: ICPortraitNetworks

    init() throws {
        fixture = try Fixture("icportrait/fixtures/step")
        networks = try SmallBase().networks()
    }

    private func match(_ side: Canvas.Side) throws -> PortraitMatch {
        try noGrad {
            try networks.matching.match(
                Canvas(fixture["input/canvas"], targetOn: side),
                timestep: fixture["input/timestep"], context: fixture["input/context"],
                condition: fixture["input/condition"], MatchingSettings.paper)
        }
    }

    private func noise(_ side: Canvas.Side, _ match: PortraitMatch?) throws -> Tensor {
        try noGrad {
            try networks.noise(
                Canvas(fixture["input/canvas"], targetOn: side),
                timestep: fixture["input/timestep"], context: fixture["input/context"],
                condition: fixture["input/condition"], match: match, AppearanceBlend())
        }
    }

    @Test(arguments: [Canvas.Side.left, .right]) func flowIsExactlyTheReferences(
        _ side: Canvas.Side
    ) throws {
        let name = side == .left ? "left" : "right"
        let match = try match(side)
        #expect(try match.flow.cells.isEqual(to: fixture["flow/\(name)"]))
        let cycle = try Closeness(#require(try match.cycleDistance()), fixture["cycle/\(name)"])
        #expect(cycle.maxError <= 1e-5, "\(cycle)")
    }

    @Test(arguments: [Canvas.Side.left, .right]) func noiseIsTheReferences(
        _ side: Canvas.Side
    ) throws {
        let name = side == .left ? "left" : "right"
        let found = try Closeness(noise(side, match(side)), fixture["noise/\(name)"])
        #expect(found.maxError <= 2e-5 && found.cosine >= 0.999999, "\(found)")
        // The other side, and no warp at all, are other numbers.
        for other in [name == "left" ? "right" : "left", "plain"] {
            let wrong = try Closeness(noise(side, match(side)), fixture["noise/\(other)"])
            #expect(wrong.maxError > 1e-3, "\(other): \(wrong)")
        }
    }

    @Test func withoutWarpingItIsAControlNet() throws {
        let found = try Closeness(noise(.left, nil), fixture["noise/plain"])
        #expect(found.maxError <= 2e-5, "\(found)")
    }

    @Test func blendedResidualsAreTheReferences() throws {
        let match = try match(.left)
        let blended = try noGrad {
            try AppearanceBlend()(
                networks.appearance(
                    fixture["input/canvas"], timestep: fixture["input/timestep"],
                    context: fixture["input/context"], condition: fixture["input/condition"]
                ).residuals, flow: match.flow)
        }
        for (level, map) in (blended.down + [blended.mid]).enumerated() {
            let found = try Closeness(map, fixture["warped/\(level)"])
            #expect(found.maxError <= 2e-5, "level \(level): \(found)")
        }
    }

    @Test func newCopiesChangeNothing() throws {
        let configuration = try SmallBase().configuration
        let store = try ParameterStore(generator: Generator(seed: 1))
        let copy = LatentControlNet(
            store.root, configuration, conditionStart: .kaimingUniform())
        try store.finish()
        let output = try noGrad {
            try copy(
                fixture["input/canvas"], timestep: fixture["input/timestep"],
                context: fixture["input/context"], condition: fixture["input/condition"])
        }
        for map in output.residuals.down + [output.residuals.mid] {
            #expect(try map.abs().max().item() == 0)
        }
        #expect(output.features.count == output.residuals.down.count + 1)
    }

    @Test func aBlockThatIsNotThereIsNamed() throws {
        var settings = MatchingSettings.paper
        settings.blocks = [7]
        let error = #expect(throws: ICPortraitError.self) {
            _ = try networks.matching.match(
                Canvas(fixture["input/canvas"]), timestep: fixture["input/timestep"],
                context: fixture["input/context"], condition: fixture["input/condition"], settings)
        }
        #expect("\(try #require(error))".contains("found 7"))
    }
}
