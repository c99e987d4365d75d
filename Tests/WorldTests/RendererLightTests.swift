import Images
import Testing
import World

/// What light does in pictures.
@Suite struct RendererLightTests {
    static let dark = LightRig.Environment(.even, strength: 0.05)

    static func lamp(_ yaw: Float, pitch: Float = 0, size: Float = 0.1) -> LightRig {
        LightRig(
            name: "lamp", environment: dark,
            lamps: [
                AreaLight(
                    yawDegrees: yaw, pitchDegrees: pitch, distance: 1.5, size: [size, size],
                    intensity: 1)
            ])
    }

    /// Mean green of a part of a picture.
    static func mean(_ image: Image, _ xs: Range<Int>, _ ys: Range<Int>) -> Float {
        var sum: Float = 0
        for y in ys { for x in xs { sum += Float(image[x, y, 1]) } }
        return sum / Float(xs.count * ys.count)
    }

    @Test func lampsBrightenTheirOwnSide() throws {
        // From the person's left, which is the picture's right.
        let view = try RendererTests.render(
            [RendererTests.ball()], light: RendererLightTests.lamp(60))
        let left = RendererLightTests.mean(view.colour, 18..<28, 24..<40)
        let right = RendererLightTests.mean(view.colour, 36..<46, 24..<40)
        #expect(right > left + 60)
        let above = try RendererTests.render(
            [RendererTests.ball()], light: RendererLightTests.lamp(0, pitch: 60))
        #expect(
            RendererLightTests.mean(above.colour, 24..<40, 18..<26)
                > RendererLightTests.mean(above.colour, 24..<40, 40..<48) + 40)
    }

    @Test func thingsCastShadows() throws {
        let wall = Shapes.card(
            .clothes, centre: [0, 0, -0.1], half: 0.3, material: RendererTests.grey)
        let ball = Shapes.sphere(
            .head, centre: [-0.05, 0, 0.02], radius: 0.04, material: RendererTests.skin)
        let light = RendererLightTests.lamp(-50)
        let alone = try RendererTests.render([wall], light: light)
        let both = try RendererTests.render([wall, ball], light: light)
        // Light from the picture's left throws the shadow to the right of the ball.
        let shadow = (RendererLightTests.mean(both.colour, 40..<44, 30..<34))
        #expect(shadow < RendererLightTests.mean(alone.colour, 40..<44, 30..<34) - 40)
        #expect(both.part[both.index(42, 32)] == Part.clothes.rawValue)
        // Control: without shadow rays there is none.
        let without = try RendererTests.render(
            [wall, ball], light: light,
            options: RenderOptions(width: 64, height: 64, shadowRays: 0, ambientRays: 0))
        #expect(RendererLightTests.mean(without.colour, 40..<44, 30..<34) > shadow + 40)
    }

    @Test func smoothingComesCloserToManyRays() throws {
        let wall = Shapes.card(
            .clothes, centre: [0, 0, -0.1], half: 0.3, material: RendererTests.grey)
        let ball = Shapes.sphere(.head, radius: 0.06, material: RendererTests.skin)
        let light = RendererLightTests.lamp(-40, pitch: 20, size: 0.7)
        func shading(_ rays: Int, _ smoothing: Int) throws -> [SIMD3<Float>] {
            try RendererTests.render(
                [wall, ball], light: light,
                options: RenderOptions(
                    width: 64, height: 64, shadowRays: rays, ambientRays: rays,
                    smoothing: smoothing)
            ).shading
        }
        let truth = try shading(64, 0)
        func error(_ shading: [SIMD3<Float>]) -> Float {
            zip(shading, truth).reduce(0) { $0 + (($1.0 - $1.1) * ($1.0 - $1.1)).sum() }
        }
        let (grainy, smooth) = (error(try shading(4, 0)), error(try shading(4, 2)))
        print("error of shading: \(grainy) with grain, \(smooth) smoothed")
        #expect(smooth < grainy / 3)
    }

    @Test func creasesAreDarker() throws {
        let wall = Shapes.card(
            .clothes, centre: [0, 0, -0.02], half: 0.3, material: RendererTests.grey)
        let ball = Shapes.sphere(.head, radius: 0.04, material: RendererTests.skin)
        let view = try RendererTests.render([wall, ball])
        let far = RendererLightTests.mean(view.colour, 4..<8, 30..<34)
        var near: Float = 255
        for x in 32..<52 where view.part[view.index(x, 32)] == Part.clothes.rawValue {
            near = min(near, RendererLightTests.mean(view.colour, x..<x + 1, 31..<34))
        }
        #expect(near < far - 8)
    }

    @Test func shadingIsLightWithoutAlbedo() throws {
        // A grey card that faces the camera in even light of radiance 1, exposed to 0.85.
        let card = Shapes.card(.clothes, centre: .zero, half: 0.1, material: RendererTests.grey)
        let view = try RendererTests.render([card])
        let middle = view.shading[view.index(32, 32)]
        #expect(abs(middle.x - 0.85) < 0.01 && middle.x == middle.y)
        // Colour = albedo x shading here: sRGB of 0.425 is 174.
        #expect(abs(Int(view.colour[32, 32, 0]) - 174) <= 1)
        #expect(view.shading[0] == .zero)
    }

    @Test(arguments: LightRig.presets) func presetsExposeAFaceWell(_ rig: LightRig) throws {
        let view = try RendererTests.render([RendererTests.ball()], light: rig)
        var sum: Float = 0
        var count: Float = 0
        for i in 0..<view.depth.count where view.normal[i].z < -0.5 {
            sum += view.shading[i].y
            count += 1
        }
        let mean = sum / count
        if rig.isExtreme || rig.stops < -0.5 || rig.name == "two neon signs" {
            #expect(mean > 0.05 && mean < 0.9, "\(rig.name): \(mean)")
        } else {
            #expect(mean > 0.4 && mean < 0.95, "\(rig.name): \(mean)")
        }
    }

    @Test func holesLetSightThrough() throws {
        // Opaque on the right half, half transparent on the left, with a hole in the middle.
        let texture = Shapes.texture(32) { u, v in
            let hole = abs(u - 0.5) < 0.2 && abs(v - 0.5) < 0.2
            return (SIMD4(1, 0, 0, hole ? 0 : (u < 0.5 ? 0.45 : 1)), 0)
        }
        let card = Shapes.card(
            .hair, centre: [0, 0, 0.12], half: 0.08,
            material: Material(
                model: .cloth, albedo: [1, 1, 1], specular: 0, roughness: 1, region: .hair,
                texture: texture))
        let view = try RendererTests.render(
            [RendererTests.ball(), card],
            options: RenderOptions(width: 64, height: 64, samplesPerPixel: 16))
        #expect(view.part[view.index(32, 32)] == Part.head.rawValue)
        #expect(view.part[view.index(46, 32)] == Part.hair.rawValue)
        // 0.45 is below one half: the truth looks through, the colour blends.
        #expect(view.part[view.index(18, 32)] == Part.head.rawValue)
        let opaque = RendererLightTests.mean(view.colour, 44..<49, 28..<36)
        let open = RendererLightTests.mean(view.colour, 30..<35, 30..<35)
        let blend = RendererLightTests.mean(view.colour, 16..<21, 28..<36)
        #expect(opaque < 5 && open > 120)
        #expect(blend > opaque + 60 && blend < open - 15)
    }

    @Test func lensesTintAndMirrorButHideNothing() throws {
        let lens = Shapes.card(
            .glassesLens, centre: [0, 0, 0.13], half: 0.03,
            material: Material(
                model: .glass, albedo: [0.3, 0.3, 0.3], specular: 0.5, roughness: 0.05,
                region: .glasses))
        let without = try RendererTests.render([RendererTests.ball()])
        let with = try RendererTests.render([RendererTests.ball(), lens])
        #expect(with.part == without.part && with.depth == without.depth)
        #expect(
            RendererLightTests.mean(with.colour, 30..<34, 30..<34)
                < RendererLightTests.mean(without.colour, 30..<34, 30..<34) - 40)
    }

    @Test func eyesMirrorTheLamp() throws {
        let eye = Shapes.sphere(
            .leftEye, radius: 0.1,
            material: Material(
                model: .glossy, albedo: [0.02, 0.02, 0.02], specular: 0.8, roughness: 0.03,
                region: .eyes))
        let view = try RendererTests.render(
            [eye], light: RendererLightTests.lamp(40, pitch: 40, size: 0.4))
        // Half-way to the lamp: up and to the picture's right; small, bright, with a sharp edge.
        var bright: [SIMD2<Int>] = []
        for y in 0..<64 {
            for x in 0..<64 where view.colour[x, y, 1] > 150 { bright.append([x, y]) }
        }
        #expect((6...120).contains(bright.count), "\(bright.count)")
        #expect(bright.allSatisfy { $0.x > 33 && $0.x < 46 && $0.y > 18 && $0.y < 31 })
    }

    @Test func lensesOfFiniteSizeBlurWhatIsFar() throws {
        let near = Shapes.card(
            .clothes, centre: [0, 0, 0], half: 0.04, material: RendererTests.grey)
        func edge(_ focus: Float) throws -> Int {
            let view = try RendererTests.render(
                [near],
                options: RenderOptions(
                    width: 64, height: 64, samplesPerPixel: 16,
                    lens: .init(radius: 0.04, focus: focus)))
            return (0..<64).filter { (8...165).contains(Int(view.colour[$0, 32, 1])) }.count
        }
        #expect(try edge(2.7 * Camera.metresPerUnit) <= 4)
        #expect(try edge(0.8) >= 10)
    }
}
