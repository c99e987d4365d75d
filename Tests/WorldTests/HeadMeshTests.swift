import Testing
import World

/// The built-in head: whole, symmetric, and in FLAME's format.
@Suite struct HeadMeshTests {
    private let head = BuiltInHead.shared

    @Test func everyEdgeOfTheSkinHasTwoSidesButAtTheBustsEnd() {
        // Twins of the texture's cut are one point.
        var sides: [SIMD2<Int32>: Int] = [:]
        let skin = head.mesh.triangles.filter { t in
            (0..<3).allSatisfy { head.kinds[Int(t[$0])] != .ear }
        }
        for t in skin[0..<head.mesh.topology.triangles.count] {
            for k in 0..<3 {
                let a = Int32(head.twin[Int(t[k])])
                let b = Int32(head.twin[Int(t[(k + 1) % 3])])
                sides[SIMD2(min(a, b), max(a, b)), default: 0] += 1
            }
        }
        let rims = Set((head.mesh.topology.lidRims + [head.mesh.topology.lipRim]).flatMap { $0 })
        var open = 0
        for (edge, count) in sides {
            #expect(count <= 2)
            let ends = [Int(edge.x), Int(edge.y)]
            let atEnd = ends.allSatisfy { head.places[$0].down > 340 }
            if count == 1, !atEnd, !ends.allSatisfy(rims.contains) { open += 1 }
        }
        #expect(open == 0)
    }

    @Test func trianglesFaceOutwards() {
        let normals = head.normals(of: head.template)
        let middle = BuiltInHead.metres([0, 0, 0])
        var inwards = 0
        for i in head.kinds.indices where head.kinds[i] == .skin && head.places[i].down < 60 {
            if ((head.template[i] - middle) * normals[i]).sum() <= 0 { inwards += 1 }
        }
        // Lids, nostrils and lips turn away from the middle here and there.
        #expect(inwards < 30)
    }

    @Test func halvesAreMirrorImages() {
        let left = head.template.filter { $0.x > 1e-6 }.count
        let right = head.template.filter { $0.x < -1e-6 }.count
        #expect(abs(left - right) < 40)  // the cut's copies lie on the right side's list only
        for (l, r) in zip(head.mesh.topology.lidRims[0], head.mesh.topology.lidRims[1]) {
            let mirrored = head.template[r] * SIMD3(-1, 1, 1)
            #expect(((head.template[l] - mirrored) * (head.template[l] - mirrored)).sum() < 1e-12)
        }
    }

    @Test func textureCoordinatesLieInTheTextureAndRoundTrip() {
        for uv in head.coordinates {
            #expect((0...1).contains(uv.x) && (0...1).contains(uv.y))
        }
        for (angle, down) in [(0.0, 30.0), (1.2, -80), (-2.5, 140), (3.1, 300)] {
            let place = ChartPoint(angle: angle, down: down)
            let back = HeadChart.place(texture: SIMD2<Double>(HeadChart.texture(place)))
            #expect(abs(back.angle - angle) < 1e-5 && abs(back.down - down) < 1e-3)
        }
    }

    @Test func skinningWeightsAndJointRowsSumToOne() {
        for row in HeadSkinning.weights(head.mesh) { #expect(abs(row.reduce(0, +) - 1) < 1e-12) }
        for row in HeadSkinning.regressor(head.mesh) { #expect(abs(row.reduce(0, +) - 1) < 1e-9) }
    }

    @Test func shapeBasisHoldsNearlyAllOfAFace() {
        // What the linear basis loses of the non-linear sculptor's face: the root mean square.
        for index in 0..<6 {
            let person = Person(seed: 3, index: index)
            let made = head.sculpture.vertices(FaceSettings(person)).map(BuiltInHead.metres)
            let betas = head.shapeCoefficients(FaceSettings(person))
            var lost: Float = 0
            for v in made.indices {
                var p = head.template[v]
                for (k, beta) in betas.enumerated() {
                    let row = head.shape.directions[k]
                    let s = beta * head.shape.deviations[k]
                    p += SIMD3(row[3 * v], row[3 * v + 1], row[3 * v + 2]) * s
                }
                lost += ((p - made[v]) * (p - made[v])).sum()
            }
            #expect((lost / Float(made.count)).squareRoot() < 0.0006, "person \(index)")
        }
    }

    @Test func flamePosesItAsAFlameModel() throws {
        let poser = try HeadPoser()
        let rest = try poser.posed(HeadPoser.Pose())
        for (a, b) in zip(rest.positions, head.template) {
            #expect(((a - b) * (a - b)).sum() < 1e-12)
        }
        var open = HeadPoser.Pose()
        open.jaw = [0.3, 0, 0]
        let opened = try poser.posed(open)
        let chin = head.landmarks.vertices[8]
        let brow = head.landmarks.vertices[19]
        #expect(opened.positions[chin].y < rest.positions[chin].y - 0.015)
        #expect(abs(opened.positions[brow].y - rest.positions[brow].y) < 1e-5)
        var turned = HeadPoser.Pose()
        turned.neck = [0, 0.3, 0]
        let moved = try poser.posed(turned)
        let tip = head.landmarks.vertices[30]
        #expect(moved.positions[tip].x > 0.02)  // to the person's left
        let carried = moved.skull.point(rest.positions[tip])
        #expect(((carried - moved.positions[tip]) * (carried - moved.positions[tip])).sum() < 1e-10)
    }

    @Test func closedLidsCoverTheIris() throws {
        let poser = try HeadPoser()
        var pose = HeadPoser.Pose()
        pose.eyelids = [1, 1]
        let closed = try poser.posed(pose)
        for rim in head.mesh.topology.lidRims {
            // Upper and lower margin meet within a millimetre over the iris.
            for i in 6...14 {
                let gap = closed.positions[rim[i]].y - closed.positions[rim[40 - i]].y
                #expect(abs(gap) < 0.0016)
            }
        }
    }

    @Test func landmarksKeepTheirOrder() {
        let p = head.landmarks.vertices.map { head.template[$0] }
        #expect(p.count == 68)
        for i in 0..<16 { #expect(p[i].x < p[i + 1].x) }  // along the jaw, from right to left
        for i in 17..<26 { #expect(p[i].x < p[i + 1].x) }
        for i in 27..<30 { #expect(p[i].y > p[i + 1].y) }
        #expect(p[36].x < p[39].x && p[42].x < p[45].x)
        #expect(p[48].x < p[54].x && p[51].y > p[62].y && p[66].y > p[57].y)
        #expect(p[37].y > p[41].y && p[43].y > p[47].y)
    }
}
