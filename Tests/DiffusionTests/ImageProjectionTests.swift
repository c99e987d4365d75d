import Diffusion
import Layers
import TestSupport
import Testing
import Torch

/// The image projections of every kind of IP-Adapter against diffusers; fixture by
/// `Reference/ipadapter/write_fixtures.py`.
@Suite struct ImageProjectionTests {
    private func projection(
        _ kind: String, changing change: ([String: Tensor]) throws -> [String: Tensor] = { $0 }
    ) throws -> (ImageProjection, Fixture) {
        let fixture = try Fixture("ipadapter/projections")
        let weights = try change(fixture.tensors(under: "\(kind)/weight"))
        let store = try ParameterStore(loading: weights)
        let layer = ImageProjection(store.root / "image_proj", try IPAdapterShape(of: weights))
        try store.finish()
        return (layer, fixture)
    }

    private func output(_ kind: String, _ layer: ImageProjection, _ fixture: Fixture) throws
        -> Tensor
    {
        try layer(
            embedding: fixture["\(kind)/input/embedding"], tokens: fixture["\(kind)/input/tokens"])
    }

    @Test(arguments: ["plain", "plus", "faceid", "faceid-plus"])
    func equalsDiffusers(_ kind: String) throws {
        let (layer, fixture) = try projection(kind)
        try expectClose(output(kind, layer, fixture), fixture["\(kind)/output"], within: 1e-5)
    }

    @Test(arguments: ["plain", "plus", "faceid", "faceid-plus"])
    func differsWhenOneTensorDoes(_ kind: String) throws {
        let (layer, fixture) = try projection(kind) { weights in
            var weights = weights
            let name = kind == "plus" ? "image_proj.latents" : "image_proj.norm.weight"
            weights[name] = try weights[name].map { try $0 * 1.01 }
            return weights
        }
        try expectFar(output(kind, layer, fixture), fixture["\(kind)/output"], beyond: 1e-4)
    }

    @Test func addsTheFacesOwnTokensForTheSecondVersion() throws {
        let (layer, fixture) = try projection("faceid-plus")
        let tokens = try layer(
            embedding: fixture["faceid-plus/input/embedding"],
            tokens: fixture["faceid-plus/input/tokens"], shortcut: 0.7)
        try expectClose(tokens, fixture["faceid-plus/shortcut"], within: 1e-5)
    }

    @Test func saysWhatATokenIsMadeFrom() throws {
        let (layer, _) = try projection("plus")
        #expect(throws: DiffusionError.self) { try layer() }
    }
}
