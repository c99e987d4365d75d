import Testing
import World

@Suite struct WornTests {
    static let people = (0..<50).map { WornFixture($0) }

    @Test func makesSoundMeshesWithinTheirBudgets() {
        for (i, fixture) in Self.people.enumerated() {
            for surface in fixture.worn(fixture.look(i)) {
                let count = UInt32(surface.positions.count)
                let budget = surface.part == .clothes ? 6000 : 3000
                #expect(surface.triangles.count <= budget, "\(surface.part)")
                #expect(surface.normals.count == surface.positions.count)
                #expect(surface.coordinates.count == surface.positions.count)
                #expect(surface.tangents.count == (surface.part == .lashes ? Int(count) : 0))
                #expect(surface.triangles.allSatisfy { $0.max() < count })
                #expect(surface.positions.allSatisfy { abs($0.x) + abs($0.y) + abs($0.z) < 1 })
                #expect(surface.normals.allSatisfy { abs(WornFixture.length($0) - 1) < 1e-4 })
                #expect(surface.coordinates.allSatisfy { $0.min() >= 0 && $0.max() <= 1 })
            }
        }
    }

    @Test func turnsEveryKindsOutsideOut() {
        let fixture = Self.people[3]
        for kind in 0..<7 {
            for surface in fixture.worn(fixture.look(kind)) where surface.part != .lashes {
                // By the divergence theorem a mesh turned inside out has a negative volume; lenses
                // are sheets that must face forwards.
                if surface.part == .glassesLens {
                    #expect(surface.normals.allSatisfy { $0.z > 0.5 })
                } else {
                    #expect(Self.volume(surface) > 0, "\(surface.part), kind \(kind)")
                }
            }
        }
    }

    @Test func standsLensesBeforeTheEyes() {
        for fixture in Self.people {
            for style in GlassesStyle.allCases where style != .none {
                let glasses = Glasses(style, fixture.wearer)
                for cornea in fixture.wearer.corneas {
                    let apart = glasses.place(cornea.x, cornea.y).z - cornea.z
                    #expect(apart > 12 && apart < 17, "\(style) of person \(fixture.person.index)")
                }
                let lens = glasses.lenses(style, NamedColour(.black))
                #expect(fixture.cut(by: lens) < 0.5, "\(style) of person \(fixture.person.index)")
            }
        }
    }

    @Test func seesLensesThatCutTheFace() {
        let fixture = Self.people[0]
        var lens = Glasses(.round, fixture.wearer).lenses(.round, NamedColour(.black))
        for i in lens.positions.indices { lens.positions[i].z -= 0.012 }
        #expect(fixture.cut(by: lens) > 0.5)
    }

    @Test func leadsTemplesAlongTheHeadBehindTheEars() {
        for fixture in Self.people.prefix(12) {
            let frame = Glasses(.square, fixture.wearer).frame(NamedColour(.black))
            let back = frame.positions.map(\.z).min() ?? 0
            #expect(fixture.wearer.corneas[0].z * 1e-3 - back > 0.08)
            let eye = fixture.wearer.eyes[0].z * 1e-3
            let temples = frame.positions.filter { $0.z > eye - 0.065 && $0.z < eye - 0.005 }
            let least = temples.map { fixture.clearance(of: $0) }.min() ?? 0
            #expect(least > 0, "person \(fixture.person.index)")
        }
    }

    @Test func putsHatsAboveTheBrowsAndOverTheSkull() throws {
        for fixture in Self.people {
            for style in HatStyle.allCases where style != .none {
                let hat = try #require(
                    Hat(
                        Self.hat(style, fixture), fixture.person,
                        fixture.wearer))
                let eye = fixture.wearer.eyes[0] * 1e-3
                let front = hat.surface.positions.filter {
                    $0.z > eye.z - 0.015 && abs($0.x) < 0.05 && $0.y > 0
                }
                let lowest = (front.map(\.y).min() ?? 0) * 1e3
                #expect(lowest - fixture.wearer.eyes[0].y > 20, "\(style)")
                let crown = fixture.rest.positions[
                    fixture.rest.positions.indices.max {
                        fixture.rest.positions[$0].y < fixture.rest.positions[$1].y
                    } ?? 0]
                #expect(hat.covers(crown) && hat.covers(crown + SIMD3(0, 0.03, 0)))
                #expect(hat.surface.positions.contains { $0.y > crown.y + 0.002 })
                let pressed = hat.shell.pressed(crown + SIMD3(0, 0.06, 0))
                #expect(pressed.y > crown.y && pressed.y < crown.y + 0.04)
                if style != .headscarf {
                    #expect(!hat.covers(SIMD3(0, eye.y - 0.07, eye.z + 0.03)))
                }
            }
        }
    }

    @Test func hangsEarRingsFromTheLobes() throws {
        for fixture in Self.people {
            for style in EarRingStyle.allCases where style != .none {
                let rings = try #require(
                    EarRings.surface(
                        Self.earRings(style, fixture), fixture.wearer,
                        skull: fixture.rest.skull))
                for (ear, side) in zip(fixture.wearer.ears, [Float(1), -1]) {
                    let own = rings.positions.filter { $0.x * side > 0 }.map { $0 * 1e3 }
                    let top = own.map(\.y).max() ?? .infinity
                    #expect(top < 0.5 * (ear.top.y + ear.bottom.y))
                    #expect(own.contains { WornFixture.length($0 - ear.lobe) < 8 })
                }
            }
        }
    }

    @Test func hangsDropsStraightDownFromATiltedHead() throws {
        let fixture = Self.people[1]
        let skull = fixture.turned([0, 0, 0.3]).skull
        let drop = try #require(
            EarRings.surface(
                Self.earRings(.drop, fixture), fixture.wearer,
                skull: skull))
        let left = skull.moved(drop).positions.filter { $0.x > 0 }
        let top = try #require(left.max { $0.y < $1.y })
        let bottom = try #require(left.min { $0.y < $1.y })
        #expect(abs(top.x - bottom.x) < 0.004 && top.y - bottom.y > 0.02)
    }

    @Test func coversTheSkinUnderClothesHoweverTheNeckTurns() {
        for fixture in Self.people.prefix(4) {
            for style in ClothesStyle.allCases {
                var clothes = fixture.look(0).clothes
                clothes.style = style
                let surface = Clothes.surface(clothes, fixture.person, fixture.wearer)
                let edge = GarmentCut(style).edge
                #expect(
                    fixture.barePoints(under: surface, from: { edge($0) + 4 }, fixture.rest) == 0,
                    "\(style)")
                for turn in [
                    SIMD3<Float>(0.35, 0, 0), [-0.35, 0, 0], [0, 0.35, 0], [0, 0, 0.35],
                ] {
                    let bare = fixture.barePoints(
                        under: surface, from: { edge($0) + 14 }, fixture.turned(turn))
                    #expect(bare == 0, "\(style), neck turned by \(turn)")
                }
            }
        }
    }

    @Test func seesSkinThatClothesLeaveBare() {
        let fixture = Self.people[0]
        var clothes = fixture.look(0).clothes
        clothes.style = .crewneck
        var surface = Clothes.surface(clothes, fixture.person, fixture.wearer)
        for i in surface.positions.indices { surface.positions[i] -= surface.normals[i] * 0.008 }
        #expect(fixture.barePoints(under: surface, from: { _ in 260 }, fixture.rest) > 20)
    }

    @Test func growsLashesFromTheLidsForwards() {
        for fixture in Self.people {
            let lashes = Lashes.surface(for: fixture.person, on: fixture.rest, head: fixture.head)
            let cornea = fixture.wearer.corneas[0].z * 1e-3
            let tip = lashes.positions.map(\.z).max() ?? 0
            #expect(tip > cornea - 0.003 && tip < cornea + 0.011)
            let texture = lashes.material.texture?.albedo ?? []
            let share = texture.reduce(0) { $0 + $1.w } / Float(texture.count)
            #expect(share > 0.05 && share < 0.6)
        }
    }

    private static func hat(_ style: HatStyle, _ fixture: WornFixture) -> Look.Hat {
        var hat = fixture.look(0).hat
        hat.style = style
        return hat
    }

    private static func earRings(
        _ style: EarRingStyle, _ fixture: WornFixture
    ) -> Look.EarRings {
        var rings = fixture.look(0).earRings
        rings.style = style
        return rings
    }

    /// Cubic metres inside the mesh, open edges aside; from its own middle.
    private static func volume(_ s: Surface) -> Float {
        let middle = s.positions.reduce(.zero, +) / Float(s.positions.count)
        return s.triangles.reduce(0) { sum, t in
            let (a, b, c) = (
                s.positions[Int(t.x)] - middle, s.positions[Int(t.y)] - middle,
                s.positions[Int(t.z)] - middle
            )
            return sum + Shapes.dot(a, Shapes.cross(b, c)) / 6
        }
    }
}
