import Images
import Testing
import World

@Suite struct RendererTests {
    static let skin = Material(
        model: .skin, albedo: [0.6, 0.4, 0.3], specular: 0.5, roughness: 0.4, region: .skin)
    static let grey = Material(
        model: .cloth, albedo: [0.5, 0.5, 0.5], specular: 0, roughness: 1, region: .clothes)
    static let black = Backdrop.solid(colour: [0, 0, 0])
    static let even = LightRig(name: "even", environment: .init(.even))

    static func render(
        _ surfaces: [Surface], yaw: Float = 0, pitch: Float = 0, light: LightRig = even,
        backdrop: Backdrop = black, options: RenderOptions = RenderOptions(width: 64, height: 64)
    ) throws -> RenderedView {
        try Renderer().render(
            surfaces, camera: .lookAt(yaw: yaw, pitch: pitch), light: light, backdrop: backdrop,
            options: options)
    }

    static func ball(bumps: Float = 0, rings: Int = 128) -> Surface {
        Shapes.sphere(.head, radius: 0.1, rings: rings, bumps: bumps, material: skin)
    }

    /// Where a ray meets a sphere of radius 0.1 around the origin, in multiples of its direction.
    static func analytic(_ ray: Ray) -> Float? {
        let a = Shapes.dot(ray.direction, ray.direction)
        let b = Shapes.dot(ray.origin, ray.direction)
        let c = Shapes.dot(ray.origin, ray.origin) - 0.01
        let root = b * b - a * c
        return root > 0 ? (-b - root.squareRoot()) / a : nil
    }

    /// The largest difference between a render's depths and the analytic sphere seen through pixel
    /// places moved by `shift`, away from the silhouette.
    static func worstDepth(_ view: RenderedView, shift: Float) -> Float {
        var worst: Float = 0
        for y in 0..<view.height {
            for x in 0..<view.width where view.depth[view.index(x, y)] > 0 {
                let place = SIMD2(Float(x) + 0.5 + shift, Float(y) + 0.5)
                let ray = view.camera.ray(through: place, width: view.width, height: view.height)
                guard view.normal[view.index(x, y)].z < -0.4, let t = analytic(ray) else {
                    continue
                }
                worst = max(worst, abs(t - view.depth[view.index(x, y)]))
            }
        }
        return worst
    }

    @Test func depthIsThatOfASphere() throws {
        let view = try RendererTests.render([RendererTests.ball()], yaw: 0.4, pitch: -0.1)
        #expect(RendererTests.worstDepth(view, shift: 0) < 6e-5)
        // Control: a shift of half a pixel is seen.
        #expect(RendererTests.worstDepth(view, shift: 0.5) > 1e-3)
    }

    @Test func depthBarycentricsAndProjectionAgree() throws {
        let ball = RendererTests.ball(bumps: 0.08)
        let view = try RendererTests.render([ball], yaw: -0.5, pitch: 0.15)
        var seen = 0
        for y in 0..<64 {
            for x in 0..<64 {
                guard let point = view.point(x, y) else { continue }
                let i = view.index(x, y)
                let corner = ball.triangles[Int(view.triangle[i])]
                let (u, v) = (view.barycentrics[i].x, view.barycentrics[i].y)
                let own =
                    ball.positions[Int(corner.x)] * (1 - u - v) + ball.positions[Int(corner.y)] * u
                    + ball.positions[Int(corner.z)] * v
                let coordinate =
                    ball.coordinates[Int(corner.x)] * (1 - u - v)
                    + ball.coordinates[Int(corner.y)] * u + ball.coordinates[Int(corner.z)] * v
                let pixel = try #require(view.camera.project(own, width: 64, height: 64)).pixel
                let miss = point - own
                #expect((miss * miss).sum() < 1e-9)
                #expect(
                    abs(pixel.x - Float(x) - 0.5) < 0.01 && abs(pixel.y - Float(y) - 0.5) < 0.01)
                let step = coordinate - view.coordinate[i]
                #expect((step * step).sum() < 1e-10)
                #expect(view.part[i] == Part.head.rawValue)
                #expect(view.region[i] == Region.skin.rawValue)
                seen += 1
            }
        }
        #expect(seen > 1200)
    }

    /// The angle in degrees between each normal, changed by `change`, and the one that follows from
    /// the depths of its neighbours; the median.
    static func medianAngle(
        _ view: RenderedView, change: (SIMD3<Float>) -> SIMD3<Float>
    ) -> Float {
        var cosines: [Float] = []
        for y in 1..<view.height - 1 {
            for x in 1..<view.width - 1 {
                guard let left = view.point(x - 1, y), let right = view.point(x + 1, y),
                    let above = view.point(x, y - 1), let below = view.point(x, y + 1)
                else { continue }
                // Right x down points into the picture; the surface faces the camera.
                let across = Shapes.unit(Shapes.cross(below - above, right - left))
                let own = view.camera.toWorld(change(view.normal[view.index(x, y)]))
                cosines.append(Shapes.dot(across, own))
            }
        }
        cosines.sort()
        // cos(t) = 1 - t²/2 for small angles.
        let median = cosines[cosines.count / 2]
        return (2 * max(1 - median, 0)).squareRoot() * 180 / .pi
    }

    @Test func normalsAreTheSlopesOfDepth() throws {
        let view = try RendererTests.render(
            [RendererTests.ball(bumps: 0.03)], yaw: 0.3, pitch: 0.1,
            options: RenderOptions(width: 128, height: 128))
        #expect(RendererTests.medianAngle(view) { $0 } < 1)
        // Controls: a flipped axis is seen.
        #expect(RendererTests.medianAngle(view) { SIMD3(-$0.x, $0.y, $0.z) } > 20)
        #expect(RendererTests.medianAngle(view) { SIMD3($0.x, -$0.y, $0.z) } > 20)
        #expect(view.normal.allSatisfy { $0.z < 0.2 })
    }

    @Test func anyNumberOfThreadsGivesTheSameBytes() throws {
        let scene = [
            RendererTests.ball(bumps: 0.05),
            Shapes.tube(
                .hair, centre: [0.08, 0, 0.06], radius: 0.02, height: 0.2,
                material: Material(
                    model: .hair, albedo: [0.2, 0.1, 0.05], specular: 0.5, roughness: 0.3,
                    region: .hair)),
            Shapes.card(
                .glassesLens, centre: [-0.05, 0, 0.14], half: 0.04,
                material: Material(
                    model: .glass, albedo: [0.8, 0.9, 0.9], specular: 0.5, roughness: 0.05,
                    region: .glasses)),
        ]
        let light = try #require(LightRig.preset("rim"))
        func picture(_ threads: Int, seed: UInt32 = 1) throws -> RenderedView {
            try RendererTests.render(
                scene, yaw: 0.2, light: light, backdrop: .outdoors(tint: [1, 1, 1], seed: 2),
                options: RenderOptions(
                    width: 80, height: 72, lens: .init(radius: 0.01, focus: 1.2), seed: seed,
                    threads: threads))
        }
        let one = try picture(1)
        for threads in [2, 4] {
            let other = try picture(threads)
            #expect(other.colour == one.colour && other.albedo == one.albedo)
            #expect(other.shading == one.shading && other.depth == one.depth)
            #expect(other.normal == one.normal && other.triangle == one.triangle)
            #expect(other.barycentrics == one.barycentrics && other.part == one.part)
        }
        let reseeded = try picture(1, seed: 2)
        #expect(reseeded.colour != one.colour && reseeded.depth == one.depth)
    }

    @Test func albedoKnowsNoLight() throws {
        let scene = [RendererTests.ball()]
        let day = try RendererTests.render(scene)
        let night = try RendererTests.render(
            scene, light: try #require(LightRig.preset("two neon signs")))
        #expect(day.albedo == night.albedo && day.colour != night.colour)
        // sRGB of 0.6, 0.4, 0.3.
        #expect((0..<3).map { day.albedo[32, 32, $0] } == [203, 170, 149])
        #expect(day.albedo[0, 0, 0] == 0)
    }
}
