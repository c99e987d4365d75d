import Checkpoints
import Diffusion
import Foundation
import ICPortrait
import Layers
import TestSupport
import Torch

/// A small base of seeded parameters and copies of it, for tests of what is built on them.
struct SmallBase {
    let configuration: UNet2DConditionConfiguration
    let base: UNet2DCondition

    init() throws {
        let file = Fixture.root.appendingPathComponent("Reference/icportrait/fixtures/config.json")
        configuration = try UNet2DConditionConfiguration(
            ConfigurationFile(bytes: [UInt8](Data(contentsOf: file)), from: "config.json"))
        let own = configuration
        base = try Self.drawn(60000) { UNet2DCondition($0, own) }
    }

    /// A network whose parameters are drawn by name.
    static func drawn<Network>(
        _ seed: UInt64, dtype: DType = .float32, _ make: (Scope) -> Network
    ) throws -> Network {
        let shapes = try ParameterStore.shapesOnly()
        _ = make(shapes.root)
        let source = SeededParameters(like: shapes, seed: seed)
        let store = try ParameterStore(loading: source, dtype: dtype)
        let network = make(store.root)
        try store.finish()
        // As weights that are read from files.
        try store.prepareForInference()
        return network
    }

    /// With copies whose every parameter is drawn.
    func networks(_ dtype: DType = .float32) throws -> ICPortraitNetworks {
        try ICPortraitNetworks(
            base: Self.drawn(60000, dtype: dtype) { UNet2DCondition($0, configuration) },
            matching: Self.drawn(61000, dtype: dtype) { LatentControlNet($0, configuration) },
            appearance: Self.drawn(62000, dtype: dtype) { LatentControlNet($0, configuration) })
    }

    /// With copies that have no effect yet.
    func newNetworks() throws -> ICPortraitNetworks {
        let store = try ParameterStore(generator: Generator(seed: 1))
        let copy = LatentControlNet(store.root, configuration)
        try store.finish()
        return ICPortraitNetworks(base: base, matching: copy, appearance: copy)
    }
}
