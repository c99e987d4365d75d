import Testing
import World

@Suite struct RenderErrorTests {
    private func words(
        _ surfaces: [Surface], _ light: LightRig = RendererTests.even,
        _ options: RenderOptions = RenderOptions(width: 8, height: 8)
    ) -> String {
        do {
            _ = try RendererTests.render(surfaces, light: light, options: options)
            return "rendered"
        } catch {
            return "\(error)"
        }
    }

    @Test func namesTheOptionThatIsOutOfRange() {
        #expect(
            words([], RendererTests.even, RenderOptions(width: 0, height: 8))
                == "The width is 0, and it must be 1 to 8192.")
        #expect(
            words([], RendererTests.even, RenderOptions(width: 8, height: 8, samplesPerPixel: 99))
                == "The number of samples per pixel is 99, and it must be 1 to 64.")
        #expect(
            words(
                [], RendererTests.even,
                RenderOptions(width: 8, height: 8, lens: .init(radius: .nan, focus: 1))
            ).contains("The lens is"))
    }

    @Test func namesTheMeshThatDoesNotFit() {
        var ball = RendererTests.ball(rings: 8)
        #expect(
            words([ball, ball]).contains("'head' cannot be rendered (the scene has two meshes"))
        ball.triangles[3] = [0, 1, 100_000]
        #expect(words([ball]).contains("a triangle names vertex 100000 of"))
        ball = RendererTests.ball(rings: 8)
        ball.normals.removeLast()
        #expect(words([ball]).contains("give equally many"))
    }

    @Test func namesTheLampThatCannotBe() {
        var rig = RendererLightTests.lamp(0)
        rig.lamps[0].position = [0, 0, 0.1]
        #expect(words([], rig).contains("lamp's distance from the origin is 0.1 m"))
        rig.lamps = [AreaLight](repeating: RendererLightTests.lamp(0).lamps[0], count: 5)
        #expect(words([], rig).contains("number of lamps is 5, and it must be at most 4"))
    }

    @Test func rendersNothingAndNotANumberWithoutStopping() {
        #expect(words([]) == "rendered")
        var ball = RendererTests.ball(rings: 8)
        ball.material.albedo = [.nan, 1e30, -1]
        ball.normals[20] = [.nan, .nan, .nan]
        ball.positions[40] = [.nan, 0, .infinity]
        ball.coordinates[60] = [.nan, .infinity]
        let nan = Float.nan
        ball.material.texture = Texture(
            width: 2, height: 2, albedo: .init(repeating: [nan, nan, 0.5, 1], count: 4),
            surface: [[nan, 0.5, nan], [0.5, nan, 1], [1, 1, 1], [0, 0, 0]],
            region: [1, 1, 1, 1])
        for model in [Material.Model.glossy, .hair, .cloth, .skin] {
            ball.material.model = model
            #expect(words([ball], LightRig.presets[0]) == "rendered")
        }
        ball.material.texture = nil
        #expect(words([ball]) == "rendered")
    }
}
