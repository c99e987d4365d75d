import Foundation
import Testing
import World

@Suite struct LightTests {
    /// Points spread evenly over the sphere, each standing for an equal solid angle.
    static let sphere: [SIMD3<Float>] = (0..<4000).map { i in
        let y = 1 - (2 * Float(i) + 1) / 4000
        let ring = (1 - y * y).squareRoot()
        let around = Float(i) * 2.399_963_2
        return [ring * Shapes.sine(around), y, ring * Shapes.cosine(around)]
    }

    static func project(_ radiance: (SIMD3<Float>) -> Float) -> SphericalHarmonics {
        var sum = SphericalHarmonics()
        for d in sphere {
            sum.add(SIMD3(repeating: radiance(d)), from: d, solidAngle: 4 * .pi / 4000)
        }
        return sum
    }

    @Test func irradianceOfAnEvenSkyIsPi() {
        let even = LightTests.project { _ in 1 }
        for normal in [SIMD3<Float>(0, 0, 1), [1, 0, 0], [0.6, -0.8, 0]] {
            #expect(abs(even.irradiance(normal).x - .pi) < 1e-3)
        }
    }

    /// Second-order light is held exactly, so irradiance is the integral of radiance times cosine.
    @Test func irradianceIsTheCosineIntegral() {
        func radiance(_ d: SIMD3<Float>) -> Float {
            1 + 0.5 * d.y + 0.4 * d.x * d.z - 0.3 * d.z * d.z
        }
        let light = LightTests.project(radiance)
        for normal in [SIMD3<Float>(0, 0, 1), [0, 1, 0], [0.48, 0.6, 0.64], [-0.6, 0, -0.8]] {
            var integral: Float = 0
            for d in LightTests.sphere {
                integral += radiance(d) * max(Shapes.dot(d, normal), 0) * (4 * .pi / 4000)
            }
            #expect(abs(light.irradiance(normal).x - integral) < 0.01)
        }
        // Control: without the convolution's weights the answer differs.
        #expect(abs(light.irradiance([0, 1, 0]).x - Float.pi * radiance([0, 1, 0])) > 0.1)
    }

    @Test func presetsHaveNamesOfTheirOwnAndSurviveJSON() throws {
        #expect(LightRig.presets.count >= 12)
        for (i, rig) in LightRig.presets.enumerated() {
            #expect(LightRig.presets.firstIndex { $0.name == rig.name } == i)
            let data = try JSONEncoder().encode(rig)
            #expect(try JSONDecoder().decode(LightRig.self, from: data) == rig)
        }
        #expect(LightRig.preset("ring")?.lamps.first?.shape == .ring)
        #expect(LightRig.preset("no such light") == nil)
        let backdrop = Backdrop.room(tint: [1, 0.9, 0.8], seed: 4)
        let data = try JSONEncoder().encode(backdrop)
        #expect(try JSONDecoder().decode(Backdrop.self, from: data) == backdrop)
    }

    /// Their brightest lights are on the person's left, the right of a picture from the front.
    @Test(arguments: [LightRig.Environment.Kind.studio, .window, .sunset])
    func surroundingsTurnTowardsTheLeft(_ kind: LightRig.Environment.Kind) throws {
        func sides(_ turn: Float) throws -> (left: Float, right: Float) {
            let view = try RendererTests.render(
                [RendererTests.ball(rings: 24)],
                light: LightRig(name: "", environment: .init(kind, turnDegrees: turn)),
                options: RenderOptions(width: 33, height: 33, ambientRays: 0))
            return (view.shading[view.index(10, 16)].y, view.shading[view.index(22, 16)].y)
        }
        let still = try sides(0)
        #expect(still.right > 1.1 * still.left)
        let turned = try sides(-110)
        #expect(turned.left > 1.1 * turned.right)
    }
}
