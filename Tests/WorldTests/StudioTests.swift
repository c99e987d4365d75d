import Images
import Testing
import World

/// Whole portraits: their maps, marks and words agree with each other.
@Suite struct StudioTests {
    private func portrait(
        _ person: Int, view: Int = 0, size: Int = 96, change: (inout Look) -> Void = { _ in }
    ) throws -> Portrait {
        let studio = try Studio()
        let sitter = try studio.sitter(Person(seed: 5, index: person), detail: .coarse)
        var look = Look(of: sitter.person, view: view)
        change(&look)
        return try studio.portrait(of: sitter, look, size: size)
    }

    @Test(arguments: 0..<4) func landmarksLieWhereTheMapsSay(person: Int) throws {
        let portrait = try portrait(person) {
            $0.glasses.style = .none
            $0.hat.style = .none
        }
        let truth = portrait.truth()
        let view = portrait.view
        func region(_ k: Int) -> Region? {
            let p = truth.landmarks[k]
            let (x, y) = (Int(p.x), Int(p.y))
            guard (0..<view.width).contains(x), (0..<view.height).contains(y) else { return nil }
            return Region(rawValue: view.region[view.index(x, y)])
        }
        // Visible points of the nose lie on skin; those inside the lips on lips or mouth.
        for k in 27...30 where truth.landmarksVisible[k] {
            #expect([.skin, .beard, .brows, .hair].contains(region(k)))
        }
        let box = truth.faceBox
        for p in truth.points {
            #expect(p.x > box[0] && p.x < box[2] && p.y > box[1] && p.y < box[3])
        }
        #expect(truth.points[0].x < truth.points[1].x && truth.points[3].x < truth.points[4].x)
        // Eyes over nose over mouth.
        #expect(truth.points[0].y < truth.points[2].y && truth.points[2].y < truth.points[3].y)
    }

    @Test func cameraOfTheTruthProjectsDepthBackOntoTheSkin() throws {
        let portrait = try portrait(1)
        let camera = try Camera(eg3d: portrait.truth().camera)
        #expect(camera == portrait.view.camera)
        let tip = portrait.scene.head.positions[BuiltInHead.shared.landmarks.vertices[30]]
        let seen = try #require(camera.project(tip, width: 96, height: 96))
        let found = try #require(portrait.view.point(Int(seen.pixel.x), Int(seen.pixel.y)))
        #expect(((found - tip) * (found - tip)).sum().squareRoot() < 0.004)
    }

    @Test func samePersonAndLookGiveTheSameBytes() throws {
        let a = try portrait(2)
        let b = try portrait(2)
        #expect(a.view.colour == b.view.colour)
        #expect(try StableJSON.encode(a.truth()) == StableJSON.encode(b.truth()))
        let c = try portrait(3)
        #expect(a.view.colour != c.view.colour)
    }

    @Test func albedoIsCarriedFromViewToView() throws {
        let studio = try Studio()
        let person = Person(seed: 1, index: 4)
        let sitter = try studio.sitter(person, detail: .coarse)
        let first = Look(of: person, view: 0)
        var second = Look(of: person, view: 1)
        second.wear(first)
        let a = try studio.portrait(of: sitter, first, size: 128)
        let b = try studio.portrait(of: sitter, second, size: 128)
        let flow = try studio.correspondence(from: a, to: b)
        let warped = try flow.warped(b.view.albedo, of: b.view, to: a.view)
        func error(_ image: Image) -> Double {
            var sum = 0.0
            var count = 0
            for i in 0..<128 * 128 where warped.usable[i] {
                for c in 3 * i..<3 * i + 3 {
                    let d = Double(a.view.albedo.pixels[c]) - Double(image.pixels[c])
                    sum += d * d
                    count += 1
                }
            }
            return sum / Double(max(count, 1))
        }
        #expect(error(warped.image) < 65)  // 30 dB at 128 pixels
        // Without the flow the albedo is elsewhere.
        #expect(error(b.view.albedo) > 4 * error(warped.image))
        let back = try studio.correspondence(from: b, to: a)
        let cycle = try flow.cycleError(back).compactMap { $0 }.sorted()
        #expect(cycle[cycle.count / 2] < 0.1)
    }

    @Test func lightFromTheViewersLeftBrightensThatCheek() throws {
        let portrait = try portrait(0) {
            $0.light.preset = .rembrandtLeft
            $0.light.rotationDegrees = 0
            $0.camera.yawDegrees = 30
            $0.head.yawDegrees = 30
            $0.hat.style = .none
        }
        let view = portrait.view
        var (left, right) = (Float(0), Float(0))
        let truth = portrait.truth()
        for (k, side) in [(31, 0), (35, 1)] {
            let p = truth.landmarks[k]
            let x = Int(p.x) + (side == 0 ? -6 : 6)
            let light = view.shading[view.index(x, Int(p.y) - 4)].sum()
            if side == 0 { left = light } else { right = light }
        }
        #expect(left > 1.3 * right)
    }

    @Test(arguments: LightPreset.allCases) func everyPresetHasItsRig(preset: LightPreset) {
        #expect(LightRig.preset(preset.rig) != nil)
    }

    @Test func storedMapsAreHalvesThatReadBack() {
        for (value, bits) in [
            (Float(0), UInt16(0)), (1, 0x3C00), (-2, 0xC000), (65504, 0x7BFF), (65520, 0x7C00),
            (.infinity, 0x7C00), (5.960_464_5e-8, 1), (1e-9, 0), (0.1, 0x2E66), (1.0005, 0x3C01),
        ] {
            #expect(HalfBits.of(value) == bits)
        }
        #expect(HalfBits.of(.nan) & 0x7FFF > 0x7C00)
    }
}
