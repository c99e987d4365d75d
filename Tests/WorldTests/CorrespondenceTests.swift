import Images
import Testing
import World

@Suite struct CorrespondenceTests {
    private let renderer: Renderer

    init() throws { renderer = try Renderer() }

    /// A ball with smooth colours.
    private static func ball(bumps: Float = 0.02) -> Surface {
        let texture = Shapes.texture(256) { u, v in
            let a = 0.5 + 0.35 * Shapes.sine(30 * u) * Shapes.cosine(18 * v)
            let b = 0.45 + 0.3 * Shapes.sine(22 * v + 5 * u)
            return (SIMD4(a, b, 0.5 * (a + b), 1), 0)
        }
        var material = RendererTests.skin
        material.texture = texture
        return Shapes.sphere(.head, radius: 0.1, rings: 96, bumps: bumps, material: material)
    }

    private func view(_ surfaces: [Surface], yaw: Float, pitch: Float = 0) throws -> RenderedView {
        try renderer.render(
            surfaces, camera: .lookAt(yaw: yaw, pitch: pitch), light: RendererTests.even,
            backdrop: RendererTests.black,
            options: RenderOptions(
                width: 256, height: 256, samplesPerPixel: 1, shadowRays: 0, ambientRays: 0))
    }

    /// Peak signal-to-noise ratio over usable pixels, in decibels.
    private func ratio(_ a: Image, _ b: Image, _ usable: [Bool]) -> Float {
        var sum: Float = 0
        var count: Float = 0
        for i in 0..<usable.count where usable[i] {
            for c in 0..<3 {
                let d = Float(a.pixels[3 * i + c]) - Float(b.pixels[3 * i + c])
                sum += d * d
                count += 1
            }
        }
        return decibels(255 * 255 * count / max(sum, 1e-6))
    }

    /// 10 log₁₀ by halving: precise to 0.01.
    private func decibels(_ x: Float) -> Float {
        var (value, result) = (x, Float(0))
        while value >= 2 { (value, result) = (value / 2, result + 3.0103) }
        return result + 3.0103 * (value - 1) * (1.4427 - 0.4427 * (value - 1))
    }

    @Test func warpingReproducesTheOtherAlbedo() throws {
        let scene = [CorrespondenceTests.ball()]
        let a = try view(scene, yaw: -0.25, pitch: 0.1)
        let b = try view(scene, yaw: 0.3, pitch: -0.1)
        let flow = try renderer.correspondence(from: a, to: b, surfaces: scene)
        let warped = try flow.warped(b.albedo, of: b, to: a)
        let usable = warped.usable.filter { $0 }.count
        let result = ratio(warped.image, a.albedo, warped.usable)
        print("warp: \(result) dB over \(usable) pixels")
        #expect(usable > 15_000)
        #expect(result >= 32)
        // Controls: without motion, or half a pixel off, it does not.
        #expect(ratio(b.albedo, a.albedo, warped.usable) < 20)
    }

    @Test func goingThereAndBackMissesByLittle() throws {
        let scene = [CorrespondenceTests.ball()]
        let a = try view(scene, yaw: -0.2)
        let b = try view(scene, yaw: 0.25, pitch: 0.1)
        let there = try renderer.correspondence(from: a, to: b, surfaces: scene)
        let back = try renderer.correspondence(from: b, to: a, surfaces: scene)
        let misses = try there.cycleError(back).compactMap { $0 }.sorted()
        print("cycle: median \(misses[misses.count / 2]), largest \(misses.last ?? 0) pixels")
        #expect(misses.count > 15_000)
        #expect(misses[misses.count / 2] <= 0.01)
        #expect(misses[misses.count * 95 / 100] <= 0.1)
    }

    @Test func sameViewMeansNoMotion() throws {
        let scene = [CorrespondenceTests.ball()]
        let a = try view(scene, yaw: 0.3)
        let flow = try renderer.correspondence(from: a, to: a, surfaces: scene)
        for i in 0..<a.depth.count {
            #expect(flow.isVisible(i) == (a.depth[i] > 0))
            #expect((flow.flow[i] * flow.flow[i]).sum() < 4e-4)
        }
    }

    @Test func hiddenAndLostPointsAreMarked() throws {
        let head = CorrespondenceTests.ball()
        // A hand before the right of the picture, in B only.
        let hand = Shapes.card(
            .clothes, centre: [0.06, 0, 0.2], half: 0.04, material: RendererTests.grey)
        let a = try view([head], yaw: 0)
        let b = try view([head, hand], yaw: 0)
        let flow = try renderer.correspondence(from: a, to: b, surfaces: [head, hand])
        for i in 0..<a.depth.count where a.depth[i] > 0 {
            #expect(flow.isVisible(i) == (b.part[i] == Part.head.rawValue))
        }
        #expect(flow.state.contains(Correspondence.State.occluded.rawValue))
        // From far to the side, most of the front's left half is hidden by the ball itself.
        let side = try view([head], yaw: 1.4)
        let turned = try renderer.correspondence(from: a, to: side, surfaces: [head])
        let hidden = (0..<a.depth.count).filter {
            turned.state[$0] == Correspondence.State.occluded.rawValue
        }
        #expect(hidden.count > 5000)
        #expect(hidden.allSatisfy { $0 % 256 < 150 })
        #expect(turned.state[0] == Correspondence.State.none.rawValue)
    }

    @Test func leadsToAnotherShapeByTheSameTriangle() throws {
        let a = try view([CorrespondenceTests.ball()], yaw: 0)
        let other = CorrespondenceTests.ball(bumps: -0.05)
        let b = try view([other], yaw: 0.2)
        let flow = try renderer.correspondence(
            from: a, to: b, surfaces: [other], parts: [.head])
        var misses: [Float] = []
        for y in 0..<256 {
            for x in 0..<256 where flow.isVisible(y * 256 + x) {
                let place = flow.place(y * 256 + x)
                let j = Int(place.y) * 256 + Int(place.x)
                guard b.depth[j] > 0 else { continue }
                let d = a.coordinate[y * 256 + x] - b.coordinate[j]
                misses.append((d * d).sum().squareRoot())
            }
        }
        misses.sort()
        // A pixel is about 0.008 of u wide.
        #expect(misses.count > 10_000 && misses[misses.count / 2] < 0.006)
    }

    @Test func refusesOtherMeshes() throws {
        let a = try view([CorrespondenceTests.ball()], yaw: 0)
        let coarse = Shapes.sphere(
            .head, radius: 0.1, rings: 12, material: RendererTests.skin)
        #expect(throws: RenderError.self) {
            try renderer.correspondence(from: a, to: a, surfaces: [coarse])
        }
        // Another topology on B's side is no error, but has no counterpart.
        let b = try view([coarse], yaw: 0)
        let flow = try renderer.correspondence(from: a, to: b, surfaces: [coarse])
        #expect(flow.state.allSatisfy { $0 == Correspondence.State.none.rawValue })
    }
}
