import Checkpoints
import Diffusion
import Foundation
import ICPortrait
import Layers
import TestSupport
import Testing
import Torch

@Suite struct ControlNetExportTests {
    @Test func diffusersClassGivesTheSameResiduals() throws {
        let small = try SmallBase()
        let shapes = try ParameterStore.shapesOnly()
        _ = LatentControlNet(shapes.root, small.configuration)
        let store = try ParameterStore(loading: SeededParameters(like: shapes, seed: 62000))
        let own = LatentControlNet(store.root, small.configuration)
        try store.finish()

        let url = Fixture.root.appendingPathComponent("Reference/icportrait/fixtures/config.json")
        let json = try ControlNetExport.configuration(
            base: String(contentsOf: url, encoding: .utf8))
        let configuration = try ControlNetConfiguration(
            ConfigurationFile(bytes: Array(json.utf8), from: "config.json"))
        let exported = try ParameterStore(loading: ControlNetExport.tensors(store))
        let control = ControlNet(exported.root, configuration)
        // No key is missing and none is left over.
        try exported.finish()

        let fixture = try Fixture("icportrait/fixtures/step")
        let (x, time) = try (fixture["input/canvas"], fixture["input/timestep"])
        let (context, condition) = try (fixture["input/context"], fixture["input/condition"])
        let (ours, theirs) = try noGrad {
            try (
                own(x, timestep: time, context: context, condition: condition).residuals,
                control(x, timestep: time, context: context, condition: condition)
            )
        }
        #expect(ours.down.count == theirs.down.count)
        for (a, b) in zip(ours.down + [ours.mid], theirs.down + [theirs.mid]) {
            let found = try Closeness(a, b)
            #expect(found.maxError <= 1e-5 && found.cosine >= 0.999999, "\(found)")
        }
        // The condition has a say: without it they differ.
        let blank = try noGrad {
            try control(x, timestep: time, context: context, condition: condition.zerosLike())
        }
        #expect(try Closeness(ours.mid, blank.mid).maxError > 1e-3)
    }
}
